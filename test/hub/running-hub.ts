import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdtemp, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect } from "vitest";
import type { LoggedEvent, Problem, Product, SalesOrder, SalesOrderDraft, Shipment } from "#contracts";
import { startHub, type HubConfiguration } from "#main";
import type { Story } from "#observability";
import { createLog, systemClock, type Clock } from "#platform";
import { startSandbox, type Behaviour, type Chaos, type RecordedEffect, type Sandbox } from "#sandbox";
import type { FileReport } from "#systems";
import { imbalances, testDatabase, type TestDatabase } from "#testing";
import defaultConfiguration from "../../crossdock.config.ts";
import { promisesOf } from "./promised-answers.ts";

/** A working day of pickers, packers and drivers in half a second. */
const TIME_SCALE = 60_000;
const SEED = 7;
const LOOK_MS = 15;
const WITHIN_MS = 12_000;

/** An answer of the API, read as JSON where it is JSON. */
export interface Answer<Body = unknown> {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Body;
}

/** What `POST /v1/sales-orders` answers an order with. */
export interface Submitted {
  readonly outcome: "accepted" | "held";
  readonly repeat: boolean;
  readonly salesOrder: SalesOrder;
}

/** A dead letter as the API shows it. */
export interface Letter {
  readonly deadLetterId: string;
  readonly title: string;
  readonly explanation: string;
  readonly faults: NonNullable<Problem["faults"]>;
  readonly actions: readonly string[];
  readonly whatToDo: string;
  readonly content: unknown;
}

export type LineAsked = readonly [
  sku: string,
  quantity: number | string,
  more?: Partial<SalesOrderDraft["lines"][number]>,
];

interface Wanted {
  readonly lbs?: readonly [least: number, most: number];
  readonly onHand?: number;
  /** What it costs at least, by the list. */
  readonly dollars?: number;
}

interface HubClock extends Clock {
  /** Nobody sleeps less for it: deadlines and patience that were far off have passed when they are next looked at. */
  leap(ms: number): void;
}

function leapingClock(): HubClock {
  let aheadMs = 0;
  return {
    now: () => new Date(systemClock.now().getTime() + aheadMs),
    sleep: (ms, signal) => systemClock.sleep(ms, signal),
    leap: (ms) => void (aheadMs += ms),
  };
}

/** The hub as it comes, with an inbox of its own and stock news every quarter of a second. */
const configurationIn = (folder: string, changed: Partial<HubConfiguration>): HubConfiguration => ({
  ...defaultConfiguration,
  hub: { ...defaultConfiguration.hub, host: "127.0.0.1", port: 0 },
  dataFolder: folder,
  feeds: { everyMs: 250 },
  channels: defaultConfiguration.channels.map((channel) =>
    channel.folder ? { ...channel, folder: join(folder, "inbox") } : channel,
  ),
  ...changed,
});

const published = readFileSync(
  new URL("../../src/systems/commerce/shopify/fixtures/orders_create.json", import.meta.url),
  "utf8",
);

interface Started {
  readonly url: string;
  readonly token: string;
  readonly sandbox: Sandbox;
  readonly database: TestDatabase;
  readonly folder: string;
  readonly clock: HubClock;
  /** What the hub told its operators as an error: broken, not refused. */
  readonly errors: readonly string[];
}

async function start(changed: Partial<HubConfiguration>): Promise<Started> {
  const database = await testDatabase({ maxConnections: 2 });
  const folder = await mkdtemp(join(tmpdir(), "crossdock-hub-"));
  const errors: string[] = [];
  const configuration = configurationIn(folder, changed);
  const systemCodes = new Map(configuration.systems.map(({ code, connector }) => [connector, code]));
  const clock = leapingClock();
  let sandbox: Sandbox | null = null;
  const hub = await startHub({
    configuration,
    environment: { DATABASE_URL: database.url },
    clock,
    log: createLog({ level: "error", destination: { write: (line) => void errors.push(line) } }),
    async sandbox(hubUrl) {
      sandbox = await startSandbox({
        hubUrl,
        inboundPath: (connector) => `/webhooks/${systemCodes.get(connector)}`,
        timeScale: TIME_SCALE,
        clock: systemClock,
        seed: SEED,
      });
      return { systems: Object.values(sandbox.systems), stop: sandbox.stop };
    },
  });
  afterAll(async () => {
    await hub.stop();
    await rm(folder, { recursive: true, force: true });
  });
  if (!sandbox || !hub.adminToken) throw new Error("The hub came up without its sandbox or its first token.");
  return { url: hub.url, token: hub.adminToken, sandbox, database, folder, clock, errors };
}

/** The API, asked with the admin token. Every answer is held against what `/openapi.json` promises. */
async function apiOf({ url, token }: Started) {
  const authorization = `Bearer ${token}`;
  const document: unknown = await (await fetch(`${url}/openapi.json`, { headers: { authorization } })).json();
  const promises = promisesOf(document);

  async function ask<Body>(method: string, path: string, request: RequestInit = {}): Promise<Answer<Body>> {
    const headers = { authorization, ...Object(request.headers) };
    const answer = await fetch(url + path, { ...request, method, headers });
    const text = await answer.text();
    const isJson = /json/.test(answer.headers.get("content-type") ?? "");
    const body: unknown = isJson ? JSON.parse(text) : text;
    const [pathOnly = ""] = path.split("?");
    expect(promises.broken(method, pathOnly, answer.status, body), `${method} ${path}: ${text}`).toEqual([]);
    return { status: answer.status, headers: answer.headers, text, body: body as Body };
  }
  return {
    document,
    ask,
    get: <Body = unknown>(path: string) => ask<Body>("GET", path),
    post: <Body = unknown>(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
      ask<Body>("POST", path, {
        headers: { "content-type": "application/json", ...headers },
        body: typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body),
      }),
  };
}
type Api = Awaited<ReturnType<typeof apiOf>>;

/** What can be seen of an order, and waiting for it to be so. */
function watchOver({ get }: Api) {
  const story = async (any: string): Promise<Story> =>
    (await get<Story>(`/v1/sales-orders/${encodeURIComponent(any)}/story`)).body;
  const salesOrder = async (salesOrderId: string): Promise<SalesOrder> =>
    (await get<SalesOrder>(`/v1/sales-orders/${salesOrderId}`)).body;
  const find = async (any: string): Promise<SalesOrder | undefined> =>
    (await get<{ salesOrders: SalesOrder[] }>(`/v1/sales-orders?any=${encodeURIComponent(any)}`)).body.salesOrders[0];
  const events = async (correlationId: string): Promise<readonly LoggedEvent[]> =>
    (await get<{ events: LoggedEvent[] }>(`/v1/events?limit=1000&correlationId=${correlationId}`)).body.events;

  async function told(salesOrderId: string): Promise<string> {
    const { stage, steps, waits } = await story(salesOrderId);
    const lines = steps.map(({ at, kind, sentence }) => `  ${at.slice(11, 23)} ${kind.padEnd(8)} ${sentence}`);
    const waiting = waits.map(({ what, why }) => `  waits for ${what}: ${why}`);
    return [`The order is ${stage}. Its story:`, ...lines, ...waiting].join("\n");
  }

  /** Looks until it finds something; fails with the story of the order it is about, so that the cause can be read. */
  async function until<Found>(
    what: string,
    salesOrderId: string | null,
    look: () => Promise<Found | null | undefined | false>,
    withinMs = WITHIN_MS,
  ): Promise<Found> {
    for (const end = Date.now() + withinMs; Date.now() < end;) {
      const found = await look();
      if (found !== null && found !== undefined && found !== false) return found;
      await systemClock.sleep(LOOK_MS);
    }
    throw new Error(`Within ${withinMs} ms, not: ${what}. ${salesOrderId ? await told(salesOrderId) : ""}`);
  }

  return {
    story,
    salesOrder,
    find,
    events,
    until,
    /** Resolves with the order once it has this status. */
    reaches: (salesOrderId: string, status: SalesOrder["status"]): Promise<SalesOrder> =>
      until(`the order is ${status}`, salesOrderId, async () => {
        const found = await salesOrder(salesOrderId);
        return found.status === status && found;
      }),
    /** Resolves with the data of the first event of this kind (`shipment.tendered`). */
    learns: <Data = Readonly<Record<string, unknown>>>(salesOrderId: string, kind: string): Promise<Data> =>
      until(`${kind} happened`, salesOrderId, async () => {
        const { correlationId } = await salesOrder(salesOrderId);
        return (await events(correlationId)).find(({ type }) => type === `${kind}.v1`)?.data as Data | undefined;
      }),
    /** An order that comes in by itself, by its number at the channel or the customer's. */
    arrives: (any: string): Promise<SalesOrder> => until(`${any} came in`, null, () => find(any)),
    async sentences(salesOrderId: string): Promise<string> {
      return (await story(salesOrderId)).steps.map(({ sentence }) => sentence).join("\n");
    },
    async shipments(salesOrderId: string): Promise<readonly Shipment[]> {
      const { correlationId } = await salesOrder(salesOrderId);
      const created = (await events(correlationId)).filter(({ type }) => type === "shipment.created.v1");
      const ids = created.map(({ data }) => (data as { shipmentId: string }).shipmentId);
      return Promise.all(ids.map(async (id) => (await get<Shipment>(`/v1/shipments/${id}`)).body));
    },
  };
}

/** Behind the counterparties' counters: how they behave, and what they did. */
function counterpartiesOf({ systems }: Sandbox) {
  const urlOf = (code: string): string => systems[code]?.url ?? `http://nobody-is-called-${code}`;
  const settle = async <Told>(answer: Response): Promise<Told> => {
    const text = await answer.text();
    if (!answer.ok) throw new Error(`The control door said ${answer.status}: ${text}`);
    return JSON.parse(text) as Told;
  };
  const control = async <Told>(code: string, door: string, body: object): Promise<Told> =>
    settle(
      await fetch(`${urlOf(code)}/control/${door}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      }),
    );
  const look = async <Told>(code: string, door: string): Promise<Told> =>
    settle(await fetch(`${urlOf(code)}/control/${door}`));
  return {
    control,
    look,
    behaves: (code: string, behaviour: Behaviour) => control(code, "behaviour", behaviour),
    isWell: (code: string) => control(code, "behaviour", {}),
    /** How what it sends by itself fares on its way. */
    sends: (code: string, chaos: Chaos) => control(code, "chaos", chaos),
    /** What a counterparty did, by its own ledger, in order. */
    async did(code: string, filter: { readonly operation?: string; readonly reference?: string } = {}) {
      const query = new URLSearchParams(filter).toString();
      return (await look<{ effects: readonly RecordedEffect[] }>(code, `ledger?${query}`)).effects;
    },
    /** Whatever any counterparty did twice for one thing. */
    async didTwice(): Promise<readonly string[]> {
      const told = await Promise.all(
        Object.keys(systems).map(async (code) => {
          const { doubled } = await look<{ doubled: readonly object[] }>(code, "effects?doubled=true");
          return doubled.map((effect) => `${code}: ${JSON.stringify(effect)}`);
        }),
      );
      return told.flat();
    },
  };
}

/** Goods nobody else in this file has ordered, that lie in plenty where C-1001 is served from: what one test does to stock is no other's business. */
function shelvesOf({ data }: Sandbox) {
  const inAtlanta = new Map(
    data.stock.flatMap(({ sku, branch, onHand }) => (branch === "ATL" ? [[sku, Number(onHand)] as const] : [])),
  );
  const listPrice = new Map(
    data.priceAgreements.flatMap(({ scope, sku, unitPrice }) =>
      scope === "list" ? [[sku, Number(unitPrice)] as const] : [],
    ),
  );
  const sellable = data.products.filter(
    ({ status, baseUnitOfMeasure, hazardous, orderMultiple, minimumOrderQuantity }) =>
      status === "active" &&
      baseUnitOfMeasure === "EA" &&
      !hazardous &&
      orderMultiple === undefined &&
      minimumOrderQuantity === undefined,
  );
  const taken = new Set<string>();
  return {
    /** One item that weighs so much a piece, and of which so many are there; the next call has another. */
    take({ lbs: [least, most] = [0.3, 4], onHand = 60, dollars = 0 }: Wanted = {}): Product {
      const product = sellable.find(
        ({ sku, weightLb }) =>
          !taken.has(sku) &&
          Number(weightLb) >= least &&
          Number(weightLb) <= most &&
          (inAtlanta.get(sku) ?? 0) >= onHand &&
          (listPrice.get(sku) ?? 0) >= dollars,
      );
      if (!product) throw new Error(`Nothing of ${least} to ${most} lb is left on the shelves.`);
      taken.add(product.sku);
      return product;
    },
  };
}

/** The doors orders come in by. */
function doorsOf({ url, folder, sandbox }: Started, { post }: Api) {
  const shop = sandbox.systems["corner-shop"]?.settings ?? {};
  let drafted = 0;
  let placed = 0;

  const draft = (lines: readonly LineAsked[], different: Partial<SalesOrderDraft> = {}): SalesOrderDraft => {
    drafted += 1;
    return {
      channel: "api",
      channelOrderNumber: `API-${drafted}`,
      customerNumber: "C-1001",
      customerPurchaseOrder: `PO-API-${drafted}`,
      currency: "USD",
      orderedAt: "2026-11-23T14:05:00Z",
      shipTo: { code: "MAIN" },
      lines: lines.map(([sku, quantity, more], index) => ({
        lineNumber: index + 1,
        sku,
        quantity: String(quantity),
        unitOfMeasure: "EA",
        ...more,
      })),
      ...different,
    };
  };
  const submit = <Body = Submitted>(body: unknown, headers?: Readonly<Record<string, string>>) =>
    post<Body>("/v1/sales-orders", body, headers);

  return {
    draft,
    submit,
    /** An order by the API that must be taken. */
    async ordered(lines: readonly LineAsked[], different: Partial<SalesOrderDraft> = {}): Promise<SalesOrder> {
      const answer = await submit(draft(lines, different));
      expect(answer.status, answer.text).toBe(201);
      return answer.body.salesOrder;
    },
    /** Shopify's published example of an order, of an own id and number, with the fields that are to be different. */
    shopifyOrder(different: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
      placed += 1;
      const id = 820_982_911_946 + placed;
      return { ...JSON.parse(published), id, name: `#S${placed}`, po_number: `PO-S${placed}`, ...different };
    },
    /** As Shopify delivers it: signed over the bytes, https://shopify.dev/docs/apps/build/webhooks/verify-deliveries. */
    sendAsShopify: (payload: unknown, headers: Readonly<Record<string, string>> = {}) => {
      const body = typeof payload === "string" ? payload : JSON.stringify(payload);
      const signature = createHmac("sha256", String(shop["clientSecret"])).update(body, "utf8").digest("base64");
      return post<{ outcome: string; keptAs?: string; faults?: Letter["faults"]; salesOrderId?: string }>(
        "/webhooks/web-shop",
        body,
        {
          "x-shopify-topic": "orders/create",
          "x-shopify-shop-domain": String(shop["shopDomain"]),
          "x-shopify-hmac-sha256": signature,
          ...headers,
        },
      );
    },
    /** Half a file is never seen: written under another name and renamed. */
    async dropFile(name: string, text: string): Promise<void> {
      const path = join(folder, "inbox", name);
      await mkdir(join(folder, "inbox"), { recursive: true });
      await writeFile(`${path}.tmp`, text);
      await rename(`${path}.tmp`, path);
    },
    /** What became of a dropped file, once it was taken. */
    fileReport: (name: string, place: "taken" | "with-faults"): Promise<FileReport | null> =>
      readFile(join(folder, "inbox", place, `${name}.report.json`), "utf8").then(
        (text) => JSON.parse(text) as FileReport,
        () => null,
      ),
    url,
  };
}

/**
 * One hub for a test file, whole: real HTTP in and out, the tests' Postgres, the sandbox's counterparties in this process. Stopped at the end of the
 * file, when the books must balance, no counterparty may have done anything twice and the hub may have told of nothing that broke.
 */
export async function runningHub(changed: Partial<HubConfiguration> = {}) {
  const started = await start(changed);
  const api = await apiOf(started);
  const { database, sandbox, clock, errors, token } = started;
  const counterparties = counterpartiesOf(sandbox);
  afterAll(async () => {
    expect(await imbalances(database)).toEqual([]);
    expect(await counterparties.didTwice()).toEqual([]);
    expect(errors).toEqual([]);
  });
  return {
    ...api,
    ...watchOver(api),
    ...doorsOf(started, api),
    ...counterparties,
    shelves: shelvesOf(sandbox),
    data: sandbox.data,
    database,
    token,
    /** Everything anybody signs in or signs with. */
    secrets: Object.values(sandbox.systems).flatMap(({ settings }) =>
      Object.entries(settings).flatMap(([name, value]) => (/key|secret|token|password/i.test(name) ? [value] : [])),
    ),
    /** Turns the hub's clock, and only the hub's, ahead. */
    leap: (ms: number) => clock.leap(ms),
    letters: async (): Promise<readonly Letter[]> =>
      (await api.get<{ deadLetters: Letter[] }>("/v1/dead-letters")).body.deadLetters,
    /** How many rows there are of orders, lines and allocations: what a refused order must not add to. */
    async orderRows(): Promise<string> {
      const [row] = await database.query<{ rows: string }>(
        `select (select count(*) from sales_orders) || ' orders, ' || (select count(*) from sales_order_lines) || ' lines, ' ||
                (select count(*) from allocations) || ' allocations' as rows`,
      );
      return row?.rows ?? "";
    },
  };
}
