import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createLog, systemClock } from "#platform";
import { openStore, startHub, type Hub, type HubConfiguration } from "#main";
import { Type } from "typebox";
import { Value } from "typebox/value";
import type { CliCommand } from "./command.ts";
import { readHubConfiguration } from "./hub-configuration.ts";
import { isHubAt } from "./hub-client.ts";
import { demoOrders } from "./demo-orders.ts";
import { printOutcome, watchOrders } from "./demo-screen.ts";
import { hubUrl, speakTo, type LocalHub } from "./local-hub.ts";
import { sandboxSystems, startSandboxProcess } from "./sandbox-process.ts";
import { paint } from "./terminal.ts";

const Placed = Type.Object({ name: Type.String() });
const DEMO_MAX_MS = 90_000;

/** Uses the hub that runs, or starts one for as long as the demo lasts. */
async function withRunningHub<Result>(configuration: HubConfiguration, work: () => Promise<Result>): Promise<Result> {
  if (await isHubAt(hubUrl(configuration))) return work();
  console.log("No hub is running; one is started for as long as this lasts.\n");
  const hub: Hub = await startHub({
    configuration,
    environment: process.env,
    clock: systemClock,
    log: createLog({ level: "error" }),
    sandbox: (url) => startSandboxProcess(configuration, url),
  });
  try {
    return await work();
  } finally {
    await hub.stop();
  }
}

/** The storefront's customer puts something into the cart and pays; the webhook is the storefront's own doing. */
async function placeInShop(order: object): Promise<string> {
  const shop = (await sandboxSystems()).find(({ code }) => code === "corner-shop");
  if (!shop) throw new Error("The sandbox has no storefront.");
  const response = await fetch(`${shop.url}/control/place-order`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(order),
  });
  if (!response.ok) throw new Error(`The storefront took no order: ${await response.text()}`);
  return Value.Parse(Placed, await response.json()).name;
}

/** Written under another name and renamed, so that the hub never reads half a file. */
async function dropFile(folder: string, name: string, csv: string): Promise<void> {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.tmp`, csv);
  await rename(`${path}.tmp`, path);
}

async function sendThroughAllDoors({ client }: LocalHub, configuration: HubConfiguration): Promise<readonly string[]> {
  const run = Date.now().toString(36).toUpperCase();
  const { shop, api, file } = demoOrders(run, new Date());
  const folder = configuration.channels.find((channel) => channel.folder)?.folder;
  const shopNumbers = await Promise.all(shop.map(placeInShop));
  for (const draft of api) await client.post("/v1/sales-orders", draft);
  if (folder) await dropFile(folder, `orders-${run}.csv`, file.csv);
  console.log(
    `  ${paint("dim", "webhook")}  ${shopNumbers.length} orders placed in Corner Shop, told by Shopify's orders/create webhook with its HMAC`,
  );
  console.log(`  ${paint("dim", "API")}      ${api.length} orders by POST /v1/sales-orders`);
  console.log(
    `  ${paint("dim", "file")}     ${file.orderNumbers.length} orders in ${folder ? `orders-${run}.csv, dropped into ${folder}` : "no folder"}\n`,
  );
  return [
    ...shopNumbers,
    ...api.map(({ channelOrderNumber }) => channelOrderNumber),
    ...(folder ? file.orderNumbers : []),
  ];
}

export const demo: CliCommand = {
  name: "demo",
  usage: "demo",
  summary: "Orders through three doors, watched live until each is closed.",
  async run() {
    const configuration = await readHubConfiguration();
    return withRunningHub(configuration, async () => {
      const store = await openStore(configuration, process.env, {
        applicationName: "crossdock-demo",
        maxConnections: 2,
      });
      try {
        const hub = await speakTo(hubUrl(configuration), store.database);
        const startedMs = performance.now();
        const numbers = await sendThroughAllDoors(hub, configuration);
        const orders = await watchOrders(hub, numbers, DEMO_MAX_MS);
        const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
        for (const order of orders) await printOutcome(store.database, order);
        const open = orders.filter(({ status }) => status !== "closed");
        const [first] = orders;
        console.log(
          open.length === 0
            ? paint("green", `All ${orders.length} closed in ${seconds} s.`)
            : paint("red", `${open.length} of ${orders.length} not closed after ${seconds} s.`),
        );
        if (first) console.log(`\n  The whole story of one:   npx crossdock trace ${first.salesOrderNumber}\n`);
        return open.length === 0 && orders.length === numbers.length ? 0 : 1;
      } finally {
        await store.close();
      }
    });
  },
};
