import type { Customer, Product, SalesOrderDraft } from "#contracts";

/** A small trade in which things get scarce: few items, few shelves, one customer with little credit. Prices in USD an EA. */
export const items = { ELBOW: "2.50", TEE: "10", PIPE: "3.33", VALVE: "8", OLD: "4", NEW: "4.25" } as const;
export type Item = keyof typeof items;
/** What is sold as one and picked as parts, some of which they share with each other and with who buys the part itself. */
export const kits = {
  SET: { price: "14", parts: { ELBOW: 2, TEE: 1 } },
  RACK: { price: "19", parts: { TEE: 1, PIPE: 3 } },
} as const satisfies Readonly<
  Record<string, { readonly price: string; readonly parts: Readonly<Partial<Record<Item, number>>> }>
>;
export type Kit = keyof typeof kits;
export type Sold = Item | Kit;
export const isKit = (sku: string): sku is Kit => Object.hasOwn(kits, sku);
const isItem = (sku: string): sku is Item => Object.hasOwn(items, sku);
export const priceOf = (sku: string): string => (isKit(sku) ? kits[sku].price : isItem(sku) ? items[sku] : "0");
/** What one of it takes from the shelves. */
export const partsOf = (sku: string): readonly { readonly sku: string; readonly quantity: number }[] =>
  isKit(sku)
    ? Object.entries(kits[sku].parts).map(([part, quantity]) => ({ sku: part, quantity }))
    : [{ sku, quantity: 1 }];

/** Items that are not simply sold for ever. */
export const traits: Readonly<Partial<Record<Sold, Partial<Product>>>> = {
  OLD: { status: "discontinued", supersededBy: "NEW" },
  VALVE: { substitutes: ["TEE"] },
};

export const branches = ["ATL", "DAL"] as const;
export type Branch = (typeof branches)[number];
/** Only one of them lets its lines become other items. */
export const channels = ["web-shop", "portal"] as const;
export type Channel = (typeof channels)[number];
export const customers = {
  Acme: { homeBranch: "ATL" },
  Tight: { homeBranch: "DAL", creditLimit: "400" },
  Barred: { creditLimit: "2000", status: "blocked", blockedReason: "Sends goods back" },
} as const satisfies Readonly<Record<string, Partial<Customer>>>;
export type CustomerName = keyof typeof customers;

export interface OrderedLine {
  readonly item: Sold;
  readonly quantity: number;
}

export interface DrawnOrder {
  readonly channel: Channel;
  readonly customer: CustomerName;
  readonly lines: readonly OrderedLine[];
  readonly shipComplete: boolean;
}

export const draftOf = (
  number: string,
  { channel, customer, lines, shipComplete }: DrawnOrder,
  reservationId?: string,
): SalesOrderDraft => ({
  channel,
  channelOrderNumber: number,
  customerNumber: customer,
  currency: "USD",
  orderedAt: "2026-01-05T08:59:00Z",
  shipTo: { code: "MAIN" },
  shipComplete,
  lines: draftLines(lines),
  ...(reservationId === undefined ? {} : { reservationId }),
});

export const draftLines = (lines: readonly OrderedLine[]) =>
  lines.map(({ item, quantity }, index) => ({
    lineNumber: index + 1,
    sku: item,
    quantity: String(quantity),
    unitOfMeasure: "EA",
  }));

export const wordsOf = (lines: readonly OrderedLine[]): string =>
  lines.map(({ item, quantity }) => `${quantity} ${item}`).join(", ");

/** What a branch says it has of a line. */
export interface HandledLine {
  readonly lineNumber: number;
  readonly sku: string;
  readonly quantity: number;
}
