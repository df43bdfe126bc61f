import type { SalesOrderDraft } from "#contracts";
import type { Sandbox } from "#sandbox";
import { Type } from "typebox";
import { Value } from "typebox/value";

const Taken = Type.Object({ salesOrderId: Type.String() });

interface LoadOptions {
  readonly urls: readonly string[];
  readonly token: string;
  readonly data: Sandbox["data"];
  readonly random: () => number;
}

/** Orders of a believable kind, sent again with the same key until some node answers that it has them. */
export function createLoad({ urls, token, data, random }: LoadOptions) {
  const accepted = new Set<string>();
  const customers = data.customers.filter(
    ({ status, customerNumber }) => status === "active" && customerNumber !== "C-1021",
  );
  const sellable = data.products.filter(
    ({ sku, status, baseUnitOfMeasure, orderMultiple, minimumOrderQuantity }) =>
      status === "active" &&
      baseUnitOfMeasure === "EA" &&
      !orderMultiple &&
      !minimumOrderQuantity &&
      data.stock.some((level) => level.sku === sku && Number(level.onHand) > 50),
  );
  const oneOf = <Thing>(things: readonly Thing[]): Thing => {
    const thing = things[Math.floor(random() * things.length)];
    if (thing === undefined) throw new Error("Nothing to draw from.");
    return thing;
  };
  let number = 0;

  function draft(): SalesOrderDraft {
    number += 1;
    const skus = [...new Set(Array.from({ length: 1 + Math.floor(random() * 3) }, () => oneOf(sellable).sku))];
    return {
      channel: "api",
      channelOrderNumber: `CHAOS-${number}`,
      customerNumber: oneOf(customers).customerNumber,
      customerPurchaseOrder: `PO-${number}`,
      currency: "USD",
      orderedAt: "2026-11-23T12:00:00Z",
      shipTo: { code: "MAIN" },
      lines: skus.map((sku, index) => ({
        lineNumber: index + 1,
        sku,
        quantity: String(1 + Math.floor(random() * 4)),
        unitOfMeasure: "EA",
      })),
    };
  }

  async function post(path: string, body: object, headers: Record<string, string> = {}): Promise<Response | null> {
    try {
      return await fetch(oneOf(urls) + path, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(5000),
      });
    } catch {
      return null;
    }
  }

  return {
    accepted,
    async sendOne(): Promise<void> {
      const order = draft();
      for (let attempt = 0; attempt < 400; attempt += 1) {
        const response = await post("/v1/sales-orders", order, { "idempotency-key": order.channelOrderNumber });
        const body: unknown = response?.ok ? await response.json() : null;
        const found = Value.Check(Type.Object({ salesOrder: Taken }), body)
          ? body.salesOrder
          : Value.Check(Taken, body)
            ? body
            : null;
        if (found) {
          accepted.add(found.salesOrderId);
          if (random() < 0.15)
            await post(`/v1/sales-orders/${found.salesOrderId}/cancel`, { reason: "the customer called" });
          return;
        }
        if (response && response.status >= 400 && response.status < 500 && response.status !== 429) {
          throw new Error(`An order of the load was refused: ${await response.text()}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      throw new Error(`${order.channelOrderNumber} was never taken.`);
    },
  };
}
