import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { Readable } from "node:stream";
import { CrossdockError } from "#contracts";
import { silentLog, turnableClock } from "#platform";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createStockFolder, type StockFolderOptions } from "./stock-folder.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "stock-folder-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Takes whatever comes: a line of `bad` is a reject, a sequence that came before a repeat. */
function desk(more: Partial<StockFolderOptions> = {}) {
  const taken: { readonly asked: object; readonly content: string }[] = [];
  const sequences = new Set<string>();
  const options: StockFolderOptions = {
    folder,
    source: "erp",
    names: "*{sequence}",
    missingPositions: "zero",
    async take(asked, bytes) {
      const content = await text(Readable.from(bytes));
      const isKnown = sequences.has(asked.sequence);
      sequences.add(asked.sequence);
      taken.push({ asked, content });
      const counts = { received: 2, changed: 1, dropped: 0, missing: 0, zeroed: 0, missingKeptBecause: null };
      const rejected = content.includes("bad") ? 1 : 0;
      return { snapshotId: `snap_${taken.length}`, status: isKnown ? "repeated" : "applied", ...counts, rejected };
    },
    rejects: async () => [{ line: 2, reason: "It is bad.", content: "bad" }],
    rejectedLines: () => Readable.from(["sku,branch,onHand\n", "bad\n"]),
    clock: turnableClock(),
    log: silentLog,
    signal: new AbortController().signal,
    ...more,
  };
  return { taken, stock: createStockFolder(options) };
}
const drop = (name: string, rows: string) => writeFile(join(folder, name), `sku,branch,onHand\n${rows}\n`);
const atRest = async ({ sweep }: { sweep(): Promise<unknown> }) => {
  await sweep();
  return sweep();
};
const reportOf = async (place: string) => JSON.parse(await readFile(join(folder, place), "utf8"));

it("takes a file by what its name says, and puts it away with what came of it", async () => {
  const { stock, taken } = desk({ names: "{branch}_{asOf}_{sequence}" });
  await drop("ATL_20260105T000000Z_12.csv", "A,ATL,5");
  await atRest(stock);
  const stated = { source: "erp", sequence: "12", branches: ["ATL"], missingPositions: "zero", bytesTotal: 26 };
  expect(taken[0]).toMatchObject({ asked: { ...stated, asOf: new Date("2026-01-05T00:00:00Z") } });
  expect(await readdir(join(folder, "taken"))).toEqual([
    "ATL_20260105T000000Z_12.csv",
    "ATL_20260105T000000Z_12.csv.report.json",
  ]);
  expect(await reportOf("taken/ATL_20260105T000000Z_12.csv.report.json")).toMatchObject({
    snapshotId: "snap_1",
    status: "applied",
    changed: 1,
    branches: ["ATL"],
    rejects: [],
  });
});

it("tells beside the file what could not be taken, with all of it in a file to be mended", async () => {
  const { stock } = desk();
  await drop("stock_7.csv", "bad");
  await atRest(stock);
  expect(await reportOf("with-faults/stock_7.csv.report.json")).toMatchObject({
    rejected: 1,
    rejects: [{ line: 2, reason: "It is bad.", content: "bad" }],
    rejectsFile: "stock_7.csv.rejects.csv",
  });
  expect(await readFile(join(folder, "with-faults", "stock_7.csv.rejects.csv"), "utf8")).toBe(
    "sku,branch,onHand\nbad\n",
  );
});

it("says of the same file dropped again that it is a repeat, and keeps both", async () => {
  const { stock } = desk();
  for (let times = 0; times < 2; times += 1) {
    await drop("stock_7.csv", "A,ATL,5");
    await atRest(stock);
  }
  expect(await readdir(join(folder, "taken"))).toHaveLength(4);
  expect(await reportOf("taken/stock_7.snap_2.csv.report.json")).toMatchObject({ status: "repeated" });
});

it("leaves a file alone that is being written, or written under another name", async () => {
  const { stock, taken } = desk();
  await drop("stock_7.csv", "A,ATL,5");
  await drop("stock_8.csv.tmp", "A,ATL,5");
  await stock.sweep();
  await appendFile(join(folder, "stock_7.csv"), "C,ATL,5\n");
  await stock.sweep();
  expect(taken).toEqual([]);
  await atRest(stock);
  expect(taken.map(({ content }) => content)).toEqual(["sku,branch,onHand\nA,ATL,5\nC,ATL,5\n"]);
});

it("takes nothing of a file that grows while it is read, and leaves it where it is", async () => {
  const seen: unknown[] = [];
  const { stock } = desk({
    async take(_asked, bytes) {
      try {
        for await (const _chunk of bytes) await appendFile(join(folder, "stock_7.csv"), "B,ATL,5\n");
      } catch (error) {
        seen.push(error);
        throw error;
      }
      throw new Error("It was not noticed.");
    },
  });
  await drop("stock_7.csv", "A,ATL,5");
  await atRest(stock);
  expect(seen).toMatchObject([{ code: "body-not-completed" }]);
  expect(await readdir(folder)).toContain("stock_7.csv");
});

it("puts a file with a name of another kind away, and one that cannot be read, each with why", async () => {
  const { stock } = desk({
    take: () =>
      Promise.reject(
        new CrossdockError("invalid-document", "The first line is none.", {
          faults: [{ path: "line 1", expected: "columns" }],
        }),
      ),
  });
  await drop("monday.csv", "A,ATL,5");
  await drop("stock_7.csv", "A,ATL,5");
  await atRest(stock);
  expect(await reportOf("with-faults/monday.csv.report.json")).toMatchObject({
    faults: [{ path: "the file's name", expected: "a name like *{sequence}", found: "monday" }],
  });
  expect(await reportOf("with-faults/stock_7.csv.report.json")).toMatchObject({
    explanation: "The first line is none.",
    faults: [{ path: "line 1" }],
  });
});

it("leaves the file where it is when the hub itself is in trouble, or stops", async () => {
  const stopping = new AbortController();
  const { stock } = desk({ take: () => Promise.reject(new CrossdockError("overloaded", "Too many.")) });
  const { stock: stopped, taken } = desk({ signal: stopping.signal });
  await drop("stock_7.csv", "A,ATL,5");
  await atRest(stock);
  stopping.abort();
  await atRest(stopped);
  expect([await readdir(join(folder, "taken")), await readdir(join(folder, "with-faults")), taken]).toEqual([
    [],
    [],
    [],
  ]);
  expect(await readdir(folder)).toContain("stock_7.csv");
});
