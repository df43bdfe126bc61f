import { afterEach, expect, it } from "vitest";
import { add } from "#platform";
import { runningHub } from "./running-hub.ts";

const hub = await runningHub();
afterEach(() => hub.isWell("corner-shop"));

interface Level {
  readonly available: string;
  readonly times: number;
}
interface ChannelState {
  readonly channel: string;
  readonly waiting: number;
  readonly lagSeconds: number;
  readonly failure?: string;
}

const levels = async () => (await hub.look<{ inventory: Record<string, Level> }>("corner-shop", "inventory")).inventory;
const levelOf = async (sku: string) => (await levels())[sku];
const channelState = async (): Promise<ChannelState | undefined> => {
  const { body } = await hub.get<{ systems: { system: string; availability?: ChannelState[] }[] }>("/v1/systems");
  return body.systems.find(({ system }) => system === "web-shop")?.availability?.[0];
};
const knowsAll = () =>
  hub.until("the shop knows the stock as it is", null, async () => {
    const state = await channelState();
    return state?.waiting === 0 && Object.keys(await levels()).length > 0;
  });
const receive = (sku: string, quantity: number) =>
  hub.control("granite", "receive-stock", { sku, branch: "ATL", quantity: String(quantity) });
const shows = (sku: string, available: string) =>
  hub.until(`the shop shows ${available} of ${sku}`, null, async () => (await levelOf(sku))?.available === available);
const truth = async (): Promise<Record<string, string>> =>
  Object.fromEntries(
    (
      await hub.database.query<{ sku: string; available: string }>(
        `select sku, trim_scale(sum(greatest(on_hand - allocated - reserved - safety_stock, 0)))::text as available
           from inventory_positions group by sku`,
      )
    ).map(({ sku, available }) => [sku, available]),
  );
const shown = async () =>
  Object.fromEntries(Object.entries(await levels()).map(([sku, { available }]) => [sku, available]));

it("shows at the shop what can be promised, all of it at first, and soon what is received or sold", async () => {
  await knowsAll();
  expect(await shown()).toEqual(await truth());
  const { sku } = hub.shelves.take();
  const before = await levelOf(sku);
  expect(before?.times).toBe(1);
  const received = add(before?.available ?? "", "25");
  await receive(sku, 25);
  await shows(sku, received);
  await hub.ordered([[sku, 5]]);
  await shows(sku, add(received, "-5"));
});

it("tells a shop that was down the latest, once, and says meanwhile how far it is behind", async () => {
  await knowsAll();
  const { sku } = hub.shelves.take();
  const before = await levelOf(sku);
  await hub.behaves("corner-shop", { mode: "down" });
  for (const quantity of [10, 20, 30]) {
    await receive(sku, quantity);
    const wanted = add(before?.available ?? "", String((quantity * (quantity + 10)) / 20));
    await hub.until("the hub knows it", null, async () => (await truth())[sku] === wanted);
  }
  await hub.until("it is seen that the shop is behind, and why", null, async () => {
    const state = await channelState();
    return state && state.waiting > 0 && state.lagSeconds > 0 && state.failure !== undefined;
  });
  const { body: metrics } = await hub.get<string>("/metrics");
  expect(metrics).toMatch(/crossdock_channel_lag_seconds\{channel="web-shop"\} 0*[1-9.]/);

  await hub.isWell("corner-shop");
  hub.leap(60_000);
  await shows(sku, add(before?.available ?? "", "60"));
  await knowsAll();
  expect((await levelOf(sku))?.times).toBe((before?.times ?? 0) + 1);
  expect(await channelState()).not.toHaveProperty("failure");
});

it("is told once, however many nodes the hub has", async () => {
  await knowsAll();
  const another = await hub.anotherNode();
  const items = [hub.shelves.take(), hub.shelves.take(), hub.shelves.take()];
  const before = await levels();
  for (const { sku } of items) {
    await receive(sku, 7);
    await shows(sku, add(before[sku]?.available ?? "", "7"));
  }
  await knowsAll();
  const after = await levels();
  for (const { sku } of items) expect(after[sku]?.times).toBe((before[sku]?.times ?? 0) + 1);
  await another.stop();
  expect(await shown()).toEqual(await truth());
});
