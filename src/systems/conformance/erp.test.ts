import { Type } from "typebox";
import { granite } from "../erp/sandbox/index.ts";
import { erpConformance } from "./erp.ts";
import { exampleSalesOrder } from "./examples.ts";
import { startCounterpart } from "./sandbox-counterpart.ts";

erpConformance({
  connector: granite,
  order: (reference) => exampleSalesOrder(reference),
  refusedOrder: (reference) => exampleSalesOrder(reference, "C-1027"),
  wrongSettings: { apiKey: "somebody-else" },
  start: async () => {
    const counterpart = await startCounterpart("granite");
    const { customers, products, priceAgreements: prices, stock } = counterpart.data;
    return {
      ...counterpart,
      knows: { customers, products, prices, stock },
      misreadFeed: async (fault) => {
        await counterpart.control("feeds", { fault, count: 1 }, Type.Unknown());
      },
      receiveStock: async (sku, branch, quantity) => {
        await counterpart.control("receive-stock", { sku, branch, quantity }, Type.Unknown());
      },
    };
  },
});
