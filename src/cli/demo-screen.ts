import { setTimeout as pause } from "node:timers/promises";
import { readStory } from "#observability";
import type { Database } from "#platform";
import { Type, type Static } from "typebox";
import { Value } from "typebox/value";
import type { LocalHub } from "./local-hub.ts";
import { isTerminal, paint } from "./terminal.ts";

const Watched = Type.Object({
  salesOrderId: Type.String(),
  salesOrderNumber: Type.String(),
  channel: Type.String(),
  status: Type.String(),
});
export type WatchedOrder = Static<typeof Watched>;
const Found = Type.Object({ salesOrders: Type.Array(Watched) });

/** What an order goes through, in the order customers ask for it. */
const stages = ["accepted", "in-fulfillment", "shipped", "delivered", "closed"];
const POLL_MS = 250;
const FULL = 24;

function bar(status: string): string {
  const done = Math.max(1, stages.indexOf(status) + 1);
  const filled = Math.round((done / stages.length) * FULL);
  return `${paint(status === "closed" ? "green" : "cyan", "█".repeat(filled))}${paint("dim", "░".repeat(FULL - filled))}`;
}

const line = (number: string, order: WatchedOrder | undefined) =>
  order
    ? `  ${order.salesOrderNumber}  ${order.channel.padEnd(9)} ${number.padEnd(16)} ${bar(order.status)} ${order.status}`
    : `  ${"…".padEnd(9)}  ${"".padEnd(9)} ${number.padEnd(16)} ${paint("dim", "on its way in")}`;

async function find({ client }: LocalHub, number: string): Promise<WatchedOrder | undefined> {
  const page = await client.get(`/v1/sales-orders?any=${encodeURIComponent(number)}`);
  return Value.Check(Found, page) ? page.salesOrders.at(-1) : undefined;
}

/** Shows each order's way until all are closed or the time is up: redrawn in a terminal, a line a change elsewhere. */
export async function watchOrders(
  hub: LocalHub,
  numbers: readonly string[],
  maxMs: number,
): Promise<readonly WatchedOrder[]> {
  const until = performance.now() + maxMs;
  let shown: readonly string[] = [];
  for (;;) {
    const orders = await Promise.all(numbers.map((number) => find(hub, number)));
    const lines = numbers.map((number, index) => line(number, orders[index]));
    draw(shown, lines);
    shown = lines;
    const isDone = orders.every((order) => order?.status === "closed");
    if (isDone || performance.now() > until) {
      console.log("");
      return orders.filter((order) => order !== undefined);
    }
    await pause(POLL_MS);
  }
}

function draw(shown: readonly string[], lines: readonly string[]): void {
  if (!isTerminal) {
    for (const changed of lines.filter((text, index) => text !== shown[index])) console.log(changed);
    return;
  }
  if (shown.length > 0) process.stdout.write(`\u001B[${shown.length}A`);
  for (const text of lines) process.stdout.write(`\u001B[2K${text}\n`);
}

/** What came of one: its numbers, and why it went the way it went. */
export async function printOutcome(database: Database, { salesOrderNumber, status }: WatchedOrder): Promise<void> {
  const story = await readStory(database, salesOrderNumber);
  if (!story) return;
  console.log(`${paint("bold", salesOrderNumber)}  ${status}  ${story.amount}\n  ${story.numbers.join(" · ")}`);
  for (const { question, answer, details } of story.reasons.filter((reason) => reason.question.startsWith("Why"))) {
    console.log(`  ${paint("dim", question)} ${answer}`);
    for (const detail of details.slice(0, 4)) console.log(`    ${paint("dim", detail)}`);
  }
  const milestones = story.steps.filter(
    ({ kind, sentence }) => kind === "event" && /has the goods|Delivered|in transit|Invoice/i.test(sentence),
  );
  for (const { at, sentence } of milestones) console.log(`  ${paint("dim", at.slice(11, 19))} ${sentence}`);
  console.log("");
}
