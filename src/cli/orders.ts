import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import type { CliCommand } from "./command.ts";
import { withHub } from "./local-hub.ts";

export const submit: CliCommand = {
  name: "submit",
  usage: "submit FILE.json [--key KEY]",
  summary: "Send an order draft (or a list of them) to the hub's API.",
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { key: { type: "string" } },
    });
    const [file] = positionals;
    if (!file) {
      console.error("Which file? `crossdock submit order.json`");
      return 2;
    }
    const draft: unknown = JSON.parse(await readFile(file, "utf8"));
    return withHub(async ({ client }) => {
      const answer = await client.post("/v1/sales-orders", draft, values.key ? { "idempotency-key": values.key } : {});
      console.log(JSON.stringify(answer.body, null, 2));
      return 0;
    });
  },
};

/** Orders are named as people name them; the hub finds the one that is meant. */
async function act(
  args: readonly string[],
  path: (id: string, rest: readonly string[]) => string,
  wordsBefore: number,
): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { reason: { type: "string" } },
  });
  const [anyNumber, ...rest] = positionals;
  if (!anyNumber || rest.length < wordsBefore || !values.reason) {
    console.error("An order's number and a --reason are needed: whoever reads the story later wants to know why.");
    return 2;
  }
  return withHub(async ({ client, findOrder }) => {
    const order = await findOrder(anyNumber);
    await client.post(path(order.salesOrderId, rest), { reason: values.reason });
    console.log(
      `Noted for ${order.salesOrderNumber}. What follows is in its story: npx crossdock trace ${order.salesOrderNumber}`,
    );
    return 0;
  });
}

export const cancel: CliCommand = {
  name: "cancel",
  usage: "cancel ORDER --reason WHY",
  summary: "Cancel an order, wherever it stands; undone is what was done, or refused with the reason.",
  run: (args) => act(args, (id) => `/v1/sales-orders/${id}/cancel`, 0),
};

export const release: CliCommand = {
  name: "release",
  usage: "release ORDER HOLD --reason WHY",
  summary: "Release a hold (credit, price, address, customer-blocked, duplicate-purchase-order).",
  run: (args) => act(args, (id, [hold = ""]) => `/v1/sales-orders/${id}/holds/${hold}/release`, 1),
};
