import { randomBytes } from "node:crypto";
import { userInfo } from "node:os";
import { CrossdockError } from "#contracts";
import { createIds, systemClock, type Database } from "#platform";
import { issueToken } from "#governance";
import { Type, type Static } from "typebox";
import { Value } from "typebox/value";
import { openStore, type HubConfiguration } from "#main";
import { readHubConfiguration } from "./hub-configuration.ts";
import { hubClient, isHubAt, type HubClient } from "./hub-client.ts";

const Found = Type.Object({ salesOrderId: Type.String(), salesOrderNumber: Type.String(), status: Type.String() });
const FoundPage = Type.Object({ salesOrders: Type.Array(Found) });
export type FoundOrder = Static<typeof Found>;

export interface LocalHub {
  readonly client: HubClient;
  readonly database: Database;
  findOrder(anyNumber: string): Promise<FoundOrder>;
}

const TOKEN_LIFE_MS = 15 * 60_000;

/** A running hub, spoken to with a token minted for this command: who can open the hub's database may. */
export async function withHub<Result>(work: (hub: LocalHub) => Promise<Result>): Promise<Result> {
  const configuration = await readHubConfiguration();
  const url = hubUrl(configuration);
  if (!(await isHubAt(url)))
    throw new Error(`No hub answers at ${url}. Start one with \`npm start\`, then say this again.`);
  const store = await openStore(configuration, process.env, { applicationName: "crossdock-cli", maxConnections: 2 });
  try {
    return await work(await speakTo(url, store.database));
  } finally {
    await store.close();
  }
}

export const hubUrl = ({ hub: { host, port } }: HubConfiguration): string => `http://${host}:${port}`;

export async function speakTo(url: string, database: Database): Promise<LocalHub> {
  const surroundings = { clock: systemClock, ids: createIds(systemClock, randomBytes), randomBytes };
  const token = await issueToken(
    { database, ...surroundings },
    { name: `command line (${userInfo().username})`, lifeMs: TOKEN_LIFE_MS },
  );
  const client = hubClient(url, token);
  return { client, database, findOrder: (anyNumber) => findOrder(client, anyNumber) };
}

async function findOrder(client: HubClient, anyNumber: string): Promise<FoundOrder> {
  const page = await client.get(`/v1/sales-orders?any=${encodeURIComponent(anyNumber)}`);
  const orders = Value.Check(FoundPage, page) ? page.salesOrders : [];
  const [order, another] = orders;
  if (!order)
    throw new CrossdockError(
      "not-found",
      `No order is known by "${anyNumber}" (order, PO, channel, ERP, tracking, PRO or invoice number).`,
    );
  if (another) {
    const numbers = orders.map(({ salesOrderNumber, status }) => `${salesOrderNumber} (${status})`).join(", ");
    throw new CrossdockError(
      "not-possible-now",
      `Several orders are known by "${anyNumber}": ${numbers}. Name one of them.`,
    );
  }
  return order;
}
