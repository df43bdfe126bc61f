import { Decimal } from "decimal.js";

/** One line of a shipment, with what earlier shipments of the same line were billed. Base units, except where it says ordered. */
export interface BillableLine {
  readonly lineNumber: number;
  readonly sku: string;
  /** The whole line: in the unit ordered, and the same in base units. */
  readonly orderedQuantity: string;
  readonly baseQuantity: string;
  readonly unitPrice: string;
  readonly taxAmount: string;
  readonly shippedNow: string;
  readonly shippedBefore: string;
  readonly billedQuantityBefore: string;
  readonly billedTaxBefore: string;
}

export interface BilledLine {
  readonly lineNumber: number;
  readonly sku: string;
  readonly baseQuantity: string;
  readonly quantity: string;
  readonly unitPrice: string;
  readonly lineAmount: string;
  readonly taxAmount: string;
}

/**
 * Bills what left at the order's price, in the unit ordered. Quantity and tax are each the share of all that has left so far, less what
 * was billed before: whatever the roundings, the last shipment takes the remainder and the sums are exact.
 */
export function billLine(line: BillableLine): BilledLine {
  const whole = new Decimal(line.baseQuantity);
  const left = new Decimal(line.shippedBefore).plus(line.shippedNow);
  const isAll = left.gte(whole);
  const quantityLeft = isAll
    ? new Decimal(line.orderedQuantity)
    : left.times(line.orderedQuantity).dividedBy(whole).toDecimalPlaces(6, Decimal.ROUND_DOWN);
  const taxLeft = isAll ? new Decimal(line.taxAmount) : cents(left.times(line.taxAmount).dividedBy(whole));
  const quantity = quantityLeft.minus(line.billedQuantityBefore);
  return {
    lineNumber: line.lineNumber,
    sku: line.sku,
    baseQuantity: new Decimal(line.shippedNow).toFixed(),
    quantity: quantity.toFixed(),
    unitPrice: new Decimal(line.unitPrice).toFixed(),
    lineAmount: cents(quantity.times(line.unitPrice)).toFixed(2),
    // An estimate that proved too high may have been billed already: never a negative line, a credit is a paper of its own.
    taxAmount: Decimal.max(taxLeft.minus(line.billedTaxBefore), 0).toFixed(2),
  };
}

const cents = (amount: Decimal) => amount.toDecimalPlaces(2, Decimal.ROUND_HALF_UP);
