import { Type, type Static } from "typebox";

/**
 * How Granite ERP words things on the wire. On purpose nothing like ours: its own field names and codes, numbers as strings,
 * days as yyyymmdd, times as hhmmss (UTC), Y and N. Empty strings stand for what is not there.
 */

export const root = "/granite/v3";

/** Granite's error body. */
export const complaint = (status: number, message: string) => ({ Err: { Code: `HTTP-${status}`, Msg: message } });

const Digits = Type.String({ pattern: "^\\d+$" });
const Amount = Type.String({ pattern: "^\\d{1,15}(\\.\\d{1,6})?$" });
const PositiveAmount = Type.String({ pattern: "^(?=.*[1-9])\\d{1,15}(\\.\\d{1,6})?$" });
const CompactDay = Type.String({ pattern: "^\\d{8}$" });

export const GraniteAddress = Type.Object({
  Nm: Type.String(),
  Co: Type.Optional(Type.String()),
  Ad1: Type.String({ minLength: 1 }),
  Ad2: Type.Optional(Type.String()),
  Cty: Type.String(),
  St: Type.Optional(Type.String()),
  Zip: Type.String(),
  Cntry: Type.String(),
  Tel: Type.Optional(Type.String()),
  Email: Type.Optional(Type.String()),
});
export type GraniteAddress = Static<typeof GraniteAddress>;

/** Granite's names for units of measure. */
export const graniteUnits: Readonly<Record<string, string>> = {
  EA: "EACH",
  BX: "BOX",
  CS: "CASE",
  FT: "FOOT",
  PL: "PALLET",
  RL: "ROLL",
  BD: "BUNDLE",
};

const OrderLineRequest = Type.Object({
  LineNo: Digits,
  ItemNo: Type.String({ minLength: 1 }),
  Qty: PositiveAmount,
  Uom: Type.Enum(Object.values(graniteUnits)),
  Price: Amount,
});

export const OrderRequest = Type.Object({
  ExtRef: Type.String({ minLength: 1 }),
  HubOrdNo: Type.Optional(Type.String()),
  CustNo: Type.String({ minLength: 1 }),
  CustPo: Type.Optional(Type.String()),
  OrdDate: CompactDay,
  Curr: Type.String(),
  ShipTo: GraniteAddress,
  Lines: Type.Array(OrderLineRequest, { minItems: 1 }),
});
export type OrderRequest = Static<typeof OrderRequest>;

/** Without lines the whole order is cancelled. */
export const CancelRequest = Type.Object({
  Lines: Type.Optional(Type.Array(Type.Object({ LineNo: Digits, Qty: PositiveAmount }), { minItems: 1 })),
});
export type CancelRequest = Static<typeof CancelRequest>;

/** What left a warehouse, in stocking units. */
export const Goods = Type.Object({
  Whse: Type.String({ minLength: 1 }),
  Lines: Type.Array(Type.Object({ ItemNo: Type.String({ minLength: 1 }), Qty: PositiveAmount })),
});

export const InvoiceRequest = Type.Object({
  ExtRef: Type.String({ minLength: 1 }),
  OrdNo: Type.String({ minLength: 1 }),
  ShipRef: Type.String({ minLength: 1 }),
  CustNo: Type.String({ minLength: 1 }),
  Curr: Type.String(),
  Frt: Amount,
  /** Left out: the stock is taken care of otherwise. */
  Goods: Type.Optional(Goods),
  Lines: Type.Array(
    Type.Object({
      LineNo: Digits,
      ItemNo: Type.String({ minLength: 1 }),
      Qty: PositiveAmount,
      Price: Amount,
      Tax: Amount,
    }),
    { minItems: 1 },
  ),
});
export type InvoiceRequest = Static<typeof InvoiceRequest>;

export const compactDay = (day: string): string => day.replaceAll("-", "");

/** "2026-11-23T08:00:00Z" as Granite's day and time. */
export function compactInstant(instant: string): { readonly day: string; readonly time: string } {
  const [day = "", time = ""] = new Date(instant).toISOString().split("T");
  return { day: compactDay(day), time: time.slice(0, 8).replaceAll(":", "") };
}
