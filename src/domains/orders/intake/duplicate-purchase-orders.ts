import type { Candidate } from "./decide-order.ts";
import type { PurchaseOrderBearer } from "./originals.ts";
import type { CompletePolicies } from "./policies.ts";

interface Bearer {
  readonly customerNumber: string;
  readonly customerPurchaseOrder?: string;
}

const purchaseOrderOf = ({ customerNumber, customerPurchaseOrder }: Bearer): string | null =>
  customerPurchaseOrder === undefined ? null : `${customerNumber} ${customerPurchaseOrder}`;

/** Holds every order whose customer's purchase order number is on an order already: one in the books, or an earlier one of the list. */
export function holdDuplicatePurchaseOrders<Order extends Candidate>(
  orders: readonly Order[],
  known: readonly PurchaseOrderBearer[],
  { duplicatePurchaseOrder }: Pick<CompletePolicies, "duplicatePurchaseOrder">,
): Order[] {
  const bearers = new Map(known.map((bearer) => [purchaseOrderOf(bearer), bearer.salesOrderNumber]));
  return orders.map((order) => {
    const { draft } = order.request;
    const purchaseOrder = purchaseOrderOf(draft);
    if (purchaseOrder === null || duplicatePurchaseOrder === "accept") return order;
    const bearer = bearers.get(purchaseOrder);
    if (bearer === undefined) {
      bearers.set(purchaseOrder, `${draft.channel}'s order ${draft.channelOrderNumber}`);
      return order;
    }
    const explanation = `The customer's purchase order ${draft.customerPurchaseOrder} is on ${bearer} already.`;
    return { ...order, holds: [...order.holds, { reason: "duplicate-purchase-order" as const, explanation }] };
  });
}
