import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLog, turnableClock } from "#platform";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createOrderFolder, type KeptRows } from "./order-folder.ts";
import type { OrderAnswer, OrderIntake } from "./take-orders.ts";

const header = "order_number,customer_number,ship_to_code,sku,quantity";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "doors-folder-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Intake that remembers what it took by key, and answers a key it knows as a repeat. */
function intakeOf(answerOf: (sku: string) => Partial<OrderAnswer> = () => ({})) {
  const taken = new Set<string>();
  const intake: OrderIntake = {
    async submit(requests) {
      return requests.map(({ draft, idempotencyKey }) => {
        const repeat = taken.has(idempotencyKey);
        const special = answerOf(draft.lines[0]?.sku ?? "");
        if (!special.outcome) taken.add(idempotencyKey);
        const salesOrder = { salesOrderId: "so_1", salesOrderNumber: `SO-${draft.channelOrderNumber}` };
        return { outcome: "accepted", repeat, salesOrder, ...special };
      });
    },
  };
  return { intake, taken };
}

function folderWith(intake: OrderIntake, keep?: (rows: KeptRows) => Promise<string>) {
  const kept = new Map<string, KeptRows>();
  const keepHere = async (rows: KeptRows) => {
    const id = rows.identity.join("/");
    kept.set(id, rows);
    return id;
  };
  const options = { folder, channel: "branch-files", currency: "USD", intake, clock: turnableClock(), log: silentLog };
  return { kept, orders: createOrderFolder({ ...options, keep: keep ?? keepHere }) };
}

const drop = (name: string, rows: string) => writeFile(join(folder, name), `${header}\n${rows}\n`);
const reportOf = async (place: string) => JSON.parse(await readFile(join(folder, place), "utf8"));
const atRest = async (orders: { sweep(): Promise<unknown> }) => {
  await orders.sweep();
  return orders.sweep();
};

describe("a folder of orders", () => {
  it("takes a good file and says what became of each order", async () => {
    const { intake, taken } = intakeOf();
    const { orders } = folderWith(intake);
    await drop("monday.csv", "A-1,C-1,MAIN,X,1\nA-2,C-1,MAIN,Y,2");
    await atRest(orders);
    expect([...taken]).toEqual(["file:branch-files:A-1", "file:branch-files:A-2"]);
    expect(await readdir(join(folder, "taken"))).toEqual(["monday.csv", "monday.csv.report.json"]);
    expect((await reportOf("taken/monday.csv.report.json")).orders).toMatchObject([
      { orderNumber: "A-1", rows: [2], outcome: "accepted", salesOrderNumber: "SO-A-1" },
      { orderNumber: "A-2", rows: [3], outcome: "accepted", salesOrderNumber: "SO-A-2" },
    ]);
  });

  it("takes the good orders of a file with a bad row, and keeps the bad order whole", async () => {
    const { intake, taken } = intakeOf((sku) =>
      sku === "UNKNOWN"
        ? { outcome: "rejected", faults: [{ path: "/lines/0/sku", expected: "an item known to the hub" }] }
        : {},
    );
    const { orders, kept } = folderWith(intake);
    await drop("mixed.csv", "A-1,C-1,MAIN,X,1\nA-2,C-1,MAIN,Y,2\nA-2,,,Z,none\nA-3,C-1,MAIN,UNKNOWN,1");
    await atRest(orders);
    expect(taken.size).toBe(1);
    expect([...kept.values()].map(({ origin, faults }) => [origin, faults[0]?.path])).toEqual([
      ["mixed.csv, rows 3 to 4", "row 4, column quantity"],
      ["mixed.csv, row 5", "row 5, column sku"],
    ]);
    expect([...kept.values()][0]?.body.toString()).toBe(`${header}\nA-2,C-1,MAIN,Y,2\nA-2,,,Z,none\n`);
    expect(await readdir(join(folder, "with-faults"))).toContain("mixed.csv.report.json");
  });

  it("leaves a file alone while it is being written, and files that are not orders for ever", async () => {
    const { intake, taken } = intakeOf();
    const { orders } = folderWith(intake);
    await drop("growing.csv", "A-1,C-1,MAIN,X,1");
    await drop("later.csv.tmp", "A-9,C-1,MAIN,X,1");
    await orders.sweep();
    await drop("growing.csv", "A-1,C-1,MAIN,X,1\nA-2,C-1,MAIN,X,1");
    await orders.sweep();
    expect(taken.size).toBe(0);
    await orders.sweep();
    expect(taken.size).toBe(2);
    await rename(join(folder, "later.csv.tmp"), join(folder, "later.csv"));
    await atRest(orders);
    expect(taken.size).toBe(3);
  });

  it("takes nothing twice when killed between taking the orders and putting the file away", async () => {
    const { intake, taken } = intakeOf();
    let isKilled = true;
    const keep = async () => {
      if (isKilled) throw new Error("killed");
      return "inb_1";
    };
    const { orders } = folderWith(intake, keep);
    await drop("cut.csv", "A-1,C-1,MAIN,X,1\nA-2,C-1,MAIN,Y,none");
    await atRest(orders);
    expect(await readdir(folder)).toContain("cut.csv");
    isKilled = false;
    await orders.sweep();
    expect(taken.size).toBe(1);
    expect((await reportOf("with-faults/cut.csv.report.json")).orders).toMatchObject([
      { outcome: "accepted", repeat: true },
      { outcome: "rejected", keptAs: "inb_1" },
    ]);
  });

  it("leaves the file where it is when the hub itself is in trouble", async () => {
    let isDown = true;
    const { intake } = intakeOf(() => (isDown ? { outcome: "failed" } : {}));
    const { orders } = folderWith(intake);
    await drop("patient.csv", "A-1,C-1,MAIN,X,1");
    await atRest(orders);
    expect(await readdir(folder)).toContain("patient.csv");
    isDown = false;
    await orders.sweep();
    expect(await readdir(join(folder, "taken"))).toContain("patient.csv");
  });

  it("does not overwrite yesterday's file of the same name", async () => {
    const { orders } = folderWith(intakeOf().intake);
    await drop("orders.csv", "A-1,C-1,MAIN,X,1");
    await atRest(orders);
    await drop("orders.csv", "A-2,C-1,MAIN,X,1");
    await atRest(orders);
    expect(await readdir(join(folder, "taken"))).toHaveLength(4);
  });

  it("says so when a file is too large to be read, and goes on with its neighbours", async () => {
    const { intake, taken } = intakeOf();
    const { orders } = folderWith(intake);
    await mkdir(join(folder, "not-a-file.csv"));
    await writeFile(join(folder, "huge.csv"), Buffer.alloc(21 * 1024 * 1024, 65));
    await drop("small.csv", "A-1,C-1,MAIN,X,1");
    await atRest(orders);
    expect(taken.size).toBe(1);
    expect((await reportOf("with-faults/huge.csv.report.json")).faults[0].expected).toBe("at most 20971520 bytes");
  });
});
