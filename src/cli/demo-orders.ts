import { sandboxData } from "#sandbox";
import type { Product, SalesOrderDraft } from "#contracts";

export interface DemoOrders {
  /** What the storefront's control door takes. */
  readonly shop: readonly object[];
  readonly api: readonly SalesOrderDraft[];
  readonly file: { readonly csv: string; readonly orderNumbers: readonly string[] };
}

interface DemoLine {
  readonly sku: string;
  readonly quantity: number;
}

/** Items that are sold each, lie plenty everywhere, and weigh what the story needs. */
function pickItems(weighs: (lbs: number) => boolean): readonly Product[] {
  const data = sandboxData({ seed: 7, openedOn: new Date().toISOString().slice(0, 10) });
  const plenty = new Set(data.stock.filter(({ onHand }) => Number(onHand) > 60).map(({ sku }) => sku));
  return data.products.filter(
    (product) =>
      product.status === "active" &&
      product.baseUnitOfMeasure === "EA" &&
      product.orderMultiple === undefined &&
      product.minimumOrderQuantity === undefined &&
      !product.hazardous &&
      plenty.has(product.sku) &&
      weighs(Number(product.weightLb)),
  );
}

const lineOf = (product: Product | undefined, quantity: number): readonly DemoLine[] =>
  product ? [{ sku: product.sku, quantity }] : [];

/** Six orders that show different ways through the house: small parcels, several lines, and one so heavy that it goes by freight. */
export function demoOrders(run: string, now: Date): DemoOrders {
  const light = pickItems((lbs) => lbs > 0.3 && lbs < 4);
  const heavy = pickItems((lbs) => lbs > 8 && lbs < 40);
  const draft = (index: number, customerNumber: string, lines: readonly DemoLine[]): SalesOrderDraft => ({
    channel: "api",
    channelOrderNumber: `DEMO-${run}-${index}`,
    customerNumber,
    customerPurchaseOrder: `PO-${run}-${index}`,
    currency: "USD",
    orderedAt: now.toISOString(),
    shipTo: { code: "MAIN" },
    lines: lines.map(({ sku, quantity }, position) => ({
      lineNumber: position + 1,
      sku,
      quantity: String(quantity),
      unitOfMeasure: "EA",
    })),
  });
  const fileLines = [...lineOf(light[4], 3), ...lineOf(light[5], 2)];
  const orderNumber = `FILE-${run}`;
  const rows = fileLines.map(({ sku, quantity }, position) =>
    [orderNumber, "C-1003", `PO-${run}-F`, "USD", "MAIN", position + 1, sku, quantity, "EA"].join(","),
  );
  return {
    shop: [
      {
        customerNumber: "C-1001",
        purchaseOrder: `PO-${run}-S1`,
        lines: [...lineOf(light[0], 4), ...lineOf(light[1], 2)],
      },
      { customerNumber: "C-1006", purchaseOrder: `PO-${run}-S2`, lines: lineOf(light[2], 6) },
    ],
    api: [draft(1, "C-1002", lineOf(light[3], 5)), draft(2, "C-1004", lineOf(heavy[0], 20))],
    file: {
      csv: [
        "order_number,customer_number,purchase_order,currency,ship_to_code,line_number,sku,quantity,unit_of_measure",
        ...rows,
        "",
      ].join("\n"),
      orderNumbers: [orderNumber],
    },
  };
}
