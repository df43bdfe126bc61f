import type { Customer, SalesOrderDraft } from "#contracts";

/** A small trade in which things get scarce: few items, few shelves, one customer with little credit. */
export const items = { ELBOW: "2.50", TEE: "10", PIPE: "3.33" } as const;
export type Item = keyof typeof items;
export const branches = ["ATL", "DAL"] as const;
export type Branch = (typeof branches)[number];
export const customers = {
  Acme: { homeBranch: "ATL" },
  Tight: { homeBranch: "DAL", creditLimit: "400" },
  Barred: { creditLimit: "2000", status: "blocked", blockedReason: "Sends goods back" },
} as const satisfies Readonly<Record<string, Partial<Customer>>>;
export type CustomerName = keyof typeof customers;

export interface OrderedLine {
  readonly item: Item;
  readonly quantity: number;
}

export const draftOf = (
  number: string,
  customer: CustomerName,
  lines: readonly OrderedLine[],
  shipComplete: boolean,
): SalesOrderDraft => ({
  channel: "web-shop",
  channelOrderNumber: number,
  customerNumber: customer,
  currency: "USD",
  orderedAt: "2026-01-05T08:59:00Z",
  shipTo: { code: "MAIN" },
  shipComplete,
  lines: lines.map(({ item, quantity }, index) => ({
    lineNumber: index + 1,
    sku: item,
    quantity: String(quantity),
    unitOfMeasure: "EA",
  })),
});

/** What a branch says it has of a line. */
export interface HandledLine {
  readonly lineNumber: number;
  readonly sku: string;
  readonly quantity: number;
}
