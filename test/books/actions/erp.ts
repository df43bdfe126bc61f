import fc from "fast-check";
import { applyCustomers } from "#domains";
import { sampleCustomer } from "#testing";
import { customers } from "../catalog.ts";
import { kind } from "./action.ts";

const mood = kind(
  2,
  fc.constantFrom("is down", "is up", "refuses orders", "takes orders"),
  ({ world }, _node, mood) => {
    if (mood === "is down" || mood === "is up") world.erp.down = mood === "is down";
    else world.erp.refuses = mood === "refuses orders" ? "The account is being moved." : null;
    return Promise.resolve(`the ERP ${mood}`);
  },
);

/** What a customer owes by the ERP's own books, and may owe from now on. */
const credit = kind(
  1,
  fc.record({ owes: fc.integer({ min: 0, max: 300 }), limit: fc.integer({ min: 100, max: 600 }) }),
  async (trade, node, { owes, limit }) => {
    const account = sampleCustomer({
      customerNumber: "Tight",
      name: "Tight",
      ...customers.Tight,
      openBalance: String(owes),
      creditLimit: String(limit),
    });
    await node.within(async (tx) => (await applyCustomers(tx, [account], { source: "erp", now: trade.now() })).events);
    trade.model?.owes("Tight", owes, limit);
    return `the ERP says that Tight owes ${owes} and may owe ${limit}`;
  },
);

export const erpKinds = [mood, credit];
