import { randomUUID } from "node:crypto";
import type { Chance } from "./chance.ts";
import type { Ground } from "./ground.ts";
import type { OrderDraws } from "./orders.ts";

export interface Load {
  /** By purchase order number: what the hub said it took. */
  readonly accepted: ReadonlyMap<string, string>;
  /** Purchase order numbers the shop sold. */
  readonly placed: ReadonlySet<string>;
  readonly cancelsAsked: number;
  /** Requests that had to be sent again. */
  readonly sentAgain: number;
  /** What a client must never see. */
  readonly faults: readonly string[];
  /** No new orders; those begun are sent until they are taken. */
  stop(): Promise<void>;
}

interface LoadOptions {
  readonly ground: Ground;
  readonly draws: OrderDraws;
  readonly chance: Chance;
  readonly ordersPerSecond: number;
}

const CLIENTS = 4;
const ANSWER_MS = 4_000;
const AGAIN_MS = 150;
const TAKEN_WITHIN_MS = 90_000;
const CANCEL_CHANCE = 0.06;
const SHOP_EVERY_MS = 900;

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Clients as they should be: each sends its order, with one key, to either node until one of them says that it is taken. */
export function startLoad({ ground, draws, chance, ordersPerSecond }: LoadOptions): Load {
  const accepted = new Map<string, string>();
  const placed = new Set<string>();
  const faults: string[] = [];
  const cancels: Promise<void>[] = [];
  let sentAgain = 0;
  const over = new AbortController();

  const post = async (path: string, body: object, key: string) => {
    const { url } = chance.pick(ground.nodes);
    try {
      const response = await fetch(url + path, {
        method: "POST",
        headers: {
          authorization: `Bearer ${ground.token}`,
          "content-type": "application/json",
          "idempotency-key": key,
        },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(ANSWER_MS),
      });
      return { status: response.status, text: await response.text() };
    } catch {
      return null;
    }
  };
  /** Until it is answered for good. */
  const insist = async (path: string, body: object, key: string) => {
    for (const end = Date.now() + TAKEN_WITHIN_MS; Date.now() < end; await pause(AGAIN_MS)) {
      const answer = await post(path, body, key);
      if (answer && answer.status < 500 && answer.status !== 429) return answer;
      sentAgain += 1;
    }
    return null;
  };

  const cancel = async (salesOrderId: string) => {
    await pause(chance.between(0, 3_000));
    const answer = await insist(
      `/v1/sales-orders/${salesOrderId}/cancel`,
      { reason: "Changed their mind." },
      randomUUID(),
    );
    // 409: too late, said with its reason.
    if (!answer || (answer.status >= 400 && answer.status !== 409))
      faults.push(
        `cancelling ${salesOrderId} was answered ${answer?.status ?? "never"}: ${answer?.text.slice(0, 200)}`,
      );
  };

  const client = async () => {
    while (!over.signal.aborted) {
      const draft = draws.draft();
      const purchaseOrder = draft.customerPurchaseOrder ?? "";
      const answer = await insist("/v1/sales-orders", draft, randomUUID());
      if (!answer || answer.status >= 300) {
        faults.push(`${purchaseOrder} was answered ${answer?.status ?? "never"}: ${answer?.text.slice(-400)}`);
      } else {
        const told: { salesOrder: { salesOrderId: string } } = JSON.parse(answer.text);
        accepted.set(purchaseOrder, told.salesOrder.salesOrderId);
        if (chance.next() < CANCEL_CHANCE) cancels.push(cancel(told.salesOrder.salesOrderId));
      }
      await pause((CLIENTS * 1000 * chance.between(0.5, 1.5)) / ordersPerSecond);
    }
  };

  const shop = ground.systems.find(({ code }) => code === "corner-shop");
  const shoppers = async () => {
    while (!over.signal.aborted) {
      const placing = draws.placing();
      const response = await fetch(`${shop?.url}/control/place-order`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(placing),
      });
      if (response.ok) placed.add(placing.purchaseOrder);
      else faults.push(`the shop would not sell: ${(await response.text()).slice(0, 200)}`);
      await pause(SHOP_EVERY_MS * chance.between(0.5, 1.5));
    }
  };

  const running = [shoppers(), ...Array.from({ length: CLIENTS }, client)];
  return {
    accepted,
    placed,
    faults,
    get cancelsAsked() {
      return cancels.length;
    },
    get sentAgain() {
      return sentAgain;
    },
    async stop() {
      over.abort();
      await Promise.all(running);
      await Promise.all(cancels);
    },
  };
}
