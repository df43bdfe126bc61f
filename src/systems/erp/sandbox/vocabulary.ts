import { CrossdockError } from "#contracts";
import { wordFor } from "../../reading.ts";

/** Granite's units, days and codes. */

const units: Readonly<Record<string, string>> = {
  EACH: "EA",
  BOX: "BX",
  CASE: "CS",
  FOOT: "FT",
  PALLET: "PL",
  ROLL: "RL",
  BUNDLE: "BD",
};
const graniteUnits = Object.fromEntries(Object.entries(units).map(([granite, ours]) => [ours, granite]));

export const fromUnit = (uom: string): string => wordFor("Granite", "Uom", units, uom);

export function toUnit(unitOfMeasure: string): string {
  const granite = graniteUnits[unitOfMeasure];
  if (granite !== undefined) return granite;
  throw new CrossdockError("invalid-document", `Granite has no word for the unit of measure "${unitOfMeasure}".`, {
    faults: [
      { path: "/unitOfMeasure", expected: `one of ${Object.keys(graniteUnits).join(", ")}`, found: unitOfMeasure },
    ],
  });
}

/** Empty strings stand for what is not there. */
export const present = (text: string): string | undefined => (text === "" ? undefined : text);

/** 20261123 as a day of ours. */
export function fromDay(day: string): string | undefined {
  return day === "" ? undefined : `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6, 8)}`;
}
/** An instant's day in UTC, as Granite writes days. */
export const toDay = (instant: string): string => new Date(instant).toISOString().slice(0, 10).replaceAll("-", "");

export const fromInstant = (day: string, time: string): string =>
  `${fromDay(day) ?? ""}T${time.slice(0, 2)}:${time.slice(2, 4)}:${time.slice(4, 6)}Z`;

export const customerStatus = { A: "active", H: "blocked", C: "inactive" } as const;
export const itemStatus = { A: "active", D: "discontinued", B: "blocked" } as const;
export const priceScope = { L: "list", G: "customer-group", C: "customer" } as const;
export const movementKind = { R: "receipt", I: "issue", A: "adjustment", T: "transfer" } as const;
export const yesNo = { Y: true, N: false } as const;
