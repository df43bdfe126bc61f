import type { HandlingUnit, ShippingMode } from "#contracts";
import { Decimal } from "decimal.js";

/** From which total weight, in pounds, packed goods go by freight instead of parcel. */
export interface ModeRule {
  readonly ltlFromWeightLb: string;
}

export interface ModeChoice {
  readonly mode: ShippingMode;
  readonly weightLb: string;
  readonly explanation: string;
}

export const totalWeightLb = (handlingUnits: readonly HandlingUnit[]): string =>
  handlingUnits.reduce((sum, unit) => sum.plus(unit.weightLb), new Decimal(0)).toFixed();

/** Parcel or freight: a pallet never goes by parcel, and neither does what is too heavy altogether. */
export function chooseMode(handlingUnits: readonly HandlingUnit[], rule: ModeRule): ModeChoice {
  const weightLb = totalWeightLb(handlingUnits);
  const pallets = handlingUnits.filter((unit) => unit.kind === "pallet").length;
  const weight = `${weightLb} lb`;
  if (pallets > 0) {
    return { mode: "ltl", weightLb, explanation: `Freight: ${pallets} on pallets, ${weight}.` };
  }
  if (new Decimal(weightLb).gte(rule.ltlFromWeightLb)) {
    const explanation = `Freight: ${weight} is not less than ${rule.ltlFromWeightLb} lb.`;
    return { mode: "ltl", weightLb, explanation };
  }
  const explanation = `Parcel: ${weight} is less than ${rule.ltlFromWeightLb} lb and nothing is on a pallet.`;
  return { mode: "parcel", weightLb, explanation };
}
