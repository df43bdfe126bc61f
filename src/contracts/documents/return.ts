import { Type, type Static } from "typebox";
import {
  BranchCode,
  Currency,
  CreditMemoId,
  CustomerNumber,
  Instant,
  NonNegativeDecimal,
  ReturnId,
  SalesOrderId,
  Sku,
} from "../primitives.ts";

/** Permission to send goods back (RMA), what came back, and in what condition. */
export const Return = Type.Object(
  {
    returnId: ReturnId,
    returnAuthorization: Type.String({ description: "The RMA number the customer writes on the carton." }),
    salesOrderId: SalesOrderId,
    customerNumber: CustomerNumber,
    branch: BranchCode,
    status: Type.Enum(["requested", "authorized", "in-transit", "received", "inspected", "credited", "refused"]),
    lines: Type.Array(
      Type.Object(
        {
          lineNumber: Type.Integer({ minimum: 1 }),
          sku: Sku,
          quantityAuthorized: NonNegativeDecimal,
          quantityReceived: NonNegativeDecimal,
          reason: Type.String(),
          condition: Type.Optional(Type.Enum(["resalable", "damaged", "defective", "incomplete"])),
        },
        { additionalProperties: false },
      ),
    ),
    requestedAt: Instant,
  },
  { $id: "Return", additionalProperties: false },
);
export type Return = Static<typeof Return>;

/** What we owe the customer for a return. The ERP owns the number. */
export const CreditMemo = Type.Object(
  {
    creditMemoId: CreditMemoId,
    creditMemoNumber: Type.String(),
    returnId: ReturnId,
    salesOrderId: SalesOrderId,
    customerNumber: CustomerNumber,
    currency: Currency,
    totalAmount: NonNegativeDecimal,
    lines: Type.Array(
      Type.Object(
        {
          lineNumber: Type.Integer({ minimum: 1 }),
          sku: Sku,
          quantity: NonNegativeDecimal,
          amount: NonNegativeDecimal,
        },
        { additionalProperties: false },
      ),
    ),
    postedAt: Instant,
  },
  { $id: "CreditMemo", additionalProperties: false },
);
export type CreditMemo = Static<typeof CreditMemo>;
