import { Type } from "typebox";
import type { Routes } from "../kernel/counterparty.ts";
import type { Desk } from "../kernel/desk.ts";
import type { Books, Fact } from "./books.ts";
import { stockKey } from "./stock-book.ts";

const Receipt = Type.Object(
  { sku: Type.String(), branch: Type.String(), quantity: Type.String({ pattern: "^\\d{1,9}(\\.\\d{1,3})?$" }) },
  { additionalProperties: false },
);
const CustomerChange = Type.Object(
  {
    customerNumber: Type.String(),
    status: Type.Enum(["active", "blocked", "inactive"]),
    creditLimit: Type.Optional(Type.String({ pattern: "^\\d+(\\.\\d{1,2})?$" })),
  },
  { additionalProperties: false },
);
const PriceChange = Type.Object(
  { priceAgreementId: Type.String(), unitPrice: Type.String({ pattern: "^\\d+(\\.\\d{1,4})?$" }) },
  { additionalProperties: false },
);

const missing = (what: string) => ({ error: `There is no ${what}.` });

/** How Granite gets round to its work. */
export const GoodsIssuing = Type.Object(
  {
    postAfterMs: Type.Integer({
      minimum: 0,
      maximum: 30 * 86_400_000,
      description: "So long after the invoice, in Granite's time, the goods come off its stock. 0: with the invoice.",
    }),
  },
  { additionalProperties: false },
);
export interface GoodsIssuing {
  postAfterMs: number;
}

/** What people do in Granite itself, beside the hub: take in goods, change accounts and prices. */
export function openBackOffice(control: Routes, desk: Desk<Books, Fact>): void {
  control.post("/receive-stock", { schema: { body: Receipt } }, (request, reply) => {
    const key = stockKey(request.body);
    if (desk.state.stock.levels.get(key) === undefined) return reply.code(404).send(missing(`stock of ${key}`));
    desk.commit({ facts: [{ kind: "stock-received", ...request.body }] });
    return reply.send(desk.state.stock.levels.get(key));
  });

  control.post("/change-customer", { schema: { body: CustomerChange } }, (request, reply) => {
    const { customerNumber } = request.body;
    if (desk.state.customers.get(customerNumber) === undefined) return reply.code(404).send(missing(customerNumber));
    desk.commit({ facts: [{ kind: "customer-changed", ...request.body }] });
    return reply.send(desk.state.customers.get(customerNumber));
  });

  control.post("/change-price", { schema: { body: PriceChange } }, (request, reply) => {
    const { priceAgreementId } = request.body;
    if (desk.state.prices.get(priceAgreementId) === undefined) return reply.code(404).send(missing(priceAgreementId));
    desk.commit({ facts: [{ kind: "price-changed", ...request.body }] });
    return reply.send(desk.state.prices.get(priceAgreementId));
  });
}
