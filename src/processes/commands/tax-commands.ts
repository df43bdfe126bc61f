import type { SalesOrderRegistered } from "#contracts";
import { Address, SalesOrderTaxed, type DataOf } from "#contracts";
import { businessDay, exemptionFor, readTaxableOrders, type TaxableOrder } from "#domains";
import { add, isZero } from "#platform";
import { isRefused, type TaxQuestion } from "#systems";
import { Value } from "typebox/value";
import type { Command } from "../engine/index.ts";
import { callOptions, cannot, forAPerson, storyOf, type Hands } from "./asking.ts";

/** Shorter than the patience of `taxing`: a silent tax engine must not keep an order's later commands waiting behind it. */
const GIVE_UP_AFTER_MS = 60_000;

export const calculateTax = ({ systems, policies }: Hands): Command<DataOf<typeof SalesOrderRegistered>> => ({
  kind: "command",
  name: "calculate-tax",
  lane: () => systems.tax().code,
  deadlineMs: GIVE_UP_AFTER_MS,
  async perform(call, context) {
    const { salesOrderId } = call.event.data;
    const handle = systems.tax();
    const [order] = await readTaxableOrders(context.database, [salesOrderId]);
    if (!order) throw forAPerson(handle.code, "calculate", `There is no sales order ${salesOrderId}.`);
    if (!handle.connector.calculate) throw cannot(handle, "calculate");
    const question = questionOf(order, businessDay(context.now, policies.timeZone));
    const answer = await handle.connector.calculate(question, handle.call(callOptions(context)));
    // A question the engine cannot answer (an address it does not know) waits for the estimate like a silent engine.
    if (isRefused(answer)) return [];
    const lines = answer.lines.map((line) => ({ ...line, jurisdictions: [...line.jurisdictions] }));
    const taxAmount = add(...lines.map((line) => line.taxAmount));
    // A certificate the engine does not honor is asked for in vain: what it charges all the same is its word.
    const source = question.exemptionCertificate !== undefined && isZero(taxAmount) ? "exempt" : "engine";
    return [SalesOrderTaxed({ salesOrderId, source, taxAmount, lines }, storyOf(call))];
  },
  // No event: the state's own patience ends a little later, and the tax is estimated then.
  givenUp: () => [],
});

function questionOf(order: TaxableOrder, day: string): TaxQuestion {
  const exemption = exemptionFor(order.exemptions, order.shipToRegion, day);
  return {
    reference: order.salesOrderId,
    customerNumber: order.customerNumber,
    currency: order.currency,
    shipFrom: Value.Parse(Address, order.shipFrom),
    shipTo: Value.Parse(Address, order.shipTo),
    ...(exemption && { exemptionCertificate: exemption.certificateNumber }),
    lines: order.lines.map(({ taxCode, ...line }) => ({ ...line, ...(taxCode !== null && { taxCode }) })),
  };
}
