import { mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { runningHub } from "./running-hub.ts";

const folder = await mkdtemp(join(tmpdir(), "crossdock-stock-"));
afterAll(() => rm(folder, { recursive: true, force: true }));
const hub = await runningHub({ stock: { sources: ["counts"], folders: [{ folder, source: "counts" }] } });

interface Snapshot {
  readonly snapshotId: string;
  readonly status: string;
  readonly rejected: number;
}
const send = (sequence: number, text: string, more = "") =>
  hub.post<Snapshot>(`/v1/stock/snapshots?source=counts&sequence=${sequence}&asOf=2026-01-05T00:00:00Z${more}`, text, {
    "content-type": "text/csv",
  });
const csv = (...lines: readonly string[]) => `sku,branch,onHand\n${lines.join("\n")}\n`;
const onHandOf = async (sku: string, branch: string): Promise<string | undefined> => {
  const { body } = await hub.get<{ items: { positions: { branch: string; onHand: string }[] }[] }>(
    `/v1/availability?skus=${sku}`,
  );
  return body.items[0]?.positions.find((position) => position.branch === branch)?.onHand;
};

describe("stock that its owner states by himself", () => {
  it("is what the hub answers with as soon as it was sent", async () => {
    const { sku } = hub.shelves.take();
    expect((await send(1_000_001, csv(`${sku},RNO,4321`))).status).toBe(201);
    await hub.until("what was sent is known", null, async () => (await onHandOf(sku, "RNO")) === "4321");
  });

  it("is taken from a folder, told beside the file, and mended over the API", async () => {
    const { sku } = hub.shelves.take();
    await writeFile(join(folder, "counted_1000002.csv.tmp"), csv(`${sku},ORD,many`, `${sku},DFW,12`));
    await rename(join(folder, "counted_1000002.csv.tmp"), join(folder, "counted_1000002.csv"));
    const report = await hub.until("the file was taken", null, () =>
      readFile(join(folder, "with-faults", "counted_1000002.csv.report.json"), "utf8").then(
        (text) => JSON.parse(text) as Snapshot & { readonly rejectsFile: string },
        () => null,
      ),
    );
    expect(report).toMatchObject({ status: "applied", changed: 1, rejected: 1 });
    const rejects = await readFile(join(folder, "with-faults", report.rejectsFile), "utf8");
    expect(rejects).toBe(csv(`${sku},ORD,many`));
    const mended = await hub.post<Snapshot>(
      `/v1/stock/snapshots/${report.snapshotId}/mended`,
      rejects.replace("many", "77"),
      { "content-type": "text/csv" },
    );
    expect([mended.status, mended.body]).toMatchObject([201, { changed: 1, mends: report.snapshotId }]);
    await hub.until("what was mended is known", null, async () => (await onHandOf(sku, "ORD")) === "77");
    expect(await onHandOf(sku, "DFW")).toBe("12");
  });

  it("fills a backorder that waits for it", async () => {
    const item = hub.shelves.take();
    const { salesOrderId } = await hub.ordered([[item.sku, 90_000]]);
    expect((await hub.salesOrder(salesOrderId)).lines[0]?.quantityBackordered).not.toBe("0");
    await send(1_000_003, csv(`${item.sku},ATL,200000`), "&branches=ATL");
    await hub.until("the backorder is filled", salesOrderId, async () =>
      (await hub.salesOrder(salesOrderId)).lines.every(({ quantityBackordered }) => quantityBackordered === "0"),
    );
  });
});
