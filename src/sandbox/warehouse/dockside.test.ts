import { turnableClock, type TurnableClock } from "#platform";
import fc from "fast-check";
import { createHmac } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sandboxData } from "../data/sandbox-data.ts";
import type { Counterparty } from "../kernel/counterparty.ts";
import { memoryJournal } from "../kernel/journal.ts";
import { docksideEntry } from "./dockside.ts";

const data = sandboxData({ seed: 7, openedOn: "2026-01-05" });
const minuteMs = 60_000;
const journal = memoryJournal();
let clock: TurnableClock;
let dock: Counterparty;
let sent: { readonly url: string; readonly headers: Readonly<Record<string, string>>; readonly body: string }[];

const { settings, open: openDock } = docksideEntry({
  data,
  inboundUrl: (code) => `http://hub.example/inbound/${code}`,
  urlOf: (code) => (code === "swift" ? "http://swift.example" : null),
  random: () => 0.5,
});
const open = () =>
  openDock({
    clock,
    timeScale: 1,
    random: () => 0.5,
    journal,
    post: async (url, message) => {
      sent.push({ url, ...message });
      return 200;
    },
  });

beforeEach(async () => {
  clock = turnableClock(new Date("2026-01-05T09:00:00Z"));
  journal.clear();
  sent = [];
  dock = await open();
});
afterEach(() => dock.stop());

async function send(method: string, path: string, body?: object) {
  const response = await fetch(`${dock.url}${path}`, {
    method,
    ...(body && { body: JSON.stringify(body) }),
    headers: { authorization: "Bearer dockside-sandbox-token", ...(body && { "content-type": "application/json" }) },
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const consignee = {
  attn: "Receiving",
  firm: null,
  line1: "1 Main St",
  city: "Atlanta",
  st: "GA",
  zip: "30324",
  ctry: "US",
};
const task = (seq: number, item: string, units: string, lbs: string) => ({ seq, item, units, uom: "EA", lbs });
const wave = (...tasks: object[]) => ({ facility: "ATL", po: "PO-1", consignee, tasks });
const valves = wave(task(1, "VLV-BALL-100", "4", "1.4"));
const papers = (tracking = "SW1", carrier = "swift") => ({
  shipment: "shp-1",
  carrier,
  tracking,
  papers: [{ kind: "label", fmt: "zpl", enc: "utf-8", data: "^XA^XZ" }],
});
const told = () =>
  sent.map(({ url, body }) =>
    url.endsWith("/hand-over") ? "HAND_OVER" : (JSON.parse(body) as { event: string }).event,
  );
const newest = () => JSON.parse(sent.at(-1)?.body ?? "{}") as Record<string, unknown>;
const effects = async () =>
  ((await send("GET", "/control/ledger")).body["effects"] as { operation: string; reference: string }[]).map(
    ({ operation, reference }) => `${operation} ${reference}`,
  );

describe("Dockside WMS", () => {
  it("picks in an hour, packs in forty minutes, and then waits for papers however long it takes", async () => {
    await send("PUT", "/api/waves/w1", valves);
    await clock.advance(59 * minuteMs);
    expect(told()).toEqual([]);
    await clock.advance(minuteMs);
    expect(told()).toEqual(["WAVE_PICKED"]);
    await clock.advance(40 * minuteMs);
    expect(told()).toEqual(["WAVE_PICKED", "WAVE_PACKED"]);
    await clock.advance(7 * 24 * 60 * minuteMs);
    expect(told()).toEqual(["WAVE_PICKED", "WAVE_PACKED"]);
    expect((await send("PUT", "/api/waves/w1/papers", papers())).status).toBe(200);
    await clock.advance(30 * minuteMs);
    expect(told().slice(2).sort()).toEqual(["HAND_OVER", "WAVE_LOADED"]);
    expect(await effects()).toEqual(["release w1", "papers w1 SW1", "ship w1"]);
  });

  it("tells the carrier's driver what he has, and nobody where the carrier is not in this sandbox", async () => {
    for (const [reference, carrier] of [
      ["w1", "swift"],
      ["w2", "pony-express"],
    ] as const) {
      await send("PUT", `/api/waves/${reference}`, valves);
      await clock.advance(100 * minuteMs);
      await send("PUT", `/api/waves/${reference}/papers`, papers(`${carrier}-1`, carrier));
      await clock.advance(30 * minuteMs);
    }
    const handedOver = sent.filter(({ url }) => url.includes("hand-over"));
    expect(handedOver).toMatchObject([
      { url: "http://swift.example/control/hand-over", body: JSON.stringify({ number: "swift-1" }) },
    ]);
  });

  it("signs the message's id and its bytes", async () => {
    await send("PUT", "/api/waves/w1", valves);
    await clock.advance(60 * minuteMs);
    const [message] = sent;
    const id = message?.headers["x-dockside-message"] ?? "";
    const signature = createHmac("sha256", settings["newsSecret"] ?? "")
      .update(`${id}.${message?.body ?? ""}`)
      .digest("hex");
    expect(message?.headers["x-dockside-signature"]).toBe(`v1=${signature}`);
    expect(id).toMatch(/^dockside-msg-/);
  });

  it("ships what it found when something is missing, once, and packs nothing when nothing was found", async () => {
    await send("POST", "/control/short-pick", { item: "VLV-BALL-100", units: "3" });
    await send("PUT", "/api/waves/w1", valves);
    await clock.advance(60 * minuteMs);
    expect(newest()["tasks"]).toEqual([{ seq: 1, item: "VLV-BALL-100", units: "1", short: "3" }]);
    await send("PUT", "/api/waves/w2", valves);
    await clock.advance(60 * minuteMs);
    expect(newest()["tasks"]).toEqual([{ seq: 1, item: "VLV-BALL-100", units: "4", short: "0" }]);

    await send("POST", "/control/short-pick", { item: "VLV-BALL-100", units: "4" });
    await send("PUT", "/api/waves/w3", valves);
    await clock.advance(24 * 60 * minuteMs);
    expect(sent.filter(({ body }) => body.includes('"w3"'))).toHaveLength(1);
    expect((await send("GET", "/api/waves/w3")).body).toMatchObject({ status: "EMPTY" });
  });

  it("puts what is light into cartons, and what is heavy onto pallets with their class", async () => {
    await send("PUT", "/api/waves/w1", wave(task(1, "VLV-BALL-100", "40", "1.4")));
    await clock.advance(100 * minuteMs);
    expect(newest()["units"]).toMatchObject([{ type: "CTN", hazmat: false }, { type: "CTN" }]);
    await send("PUT", "/api/waves/w2", wave(task(1, "VLV-BALL-100", "200", "1.4")));
    await clock.advance(100 * minuteMs);
    expect(newest()["units"]).toMatchObject([{ type: "PLT", lbs: "320.00", nmfc: "60", dims: { l: "48", w: "40" } }]);
  });

  it("takes the same wave again, and not another one under its reference", async () => {
    const first = await send("PUT", "/api/waves/w1", valves);
    expect(await send("PUT", "/api/waves/w1", valves)).toMatchObject({ status: 200, body: first.body });
    expect((await send("PUT", "/api/waves/w1", wave(task(1, "VLV-BALL-100", "5", "1.4")))).status).toBe(409);
    expect(await effects()).toEqual(["release w1"]);
  });

  it("loads nothing while the dock is closed, and goes on when it opens", async () => {
    await send("PUT", "/api/waves/w1", valves);
    await clock.advance(100 * minuteMs);
    await send("POST", "/control/dock", { isClosed: true });
    await send("PUT", "/api/waves/w1/papers", papers());
    await clock.advance(300 * minuteMs);
    expect(told()).not.toContain("WAVE_LOADED");
    await send("POST", "/control/dock", { isClosed: false });
    await clock.advance(30 * minuteMs);
    expect(told()).toContain("WAVE_LOADED");
  });

  it("knows its waves again after a restart, and goes on with them", async () => {
    await send("PUT", "/api/waves/w1", valves);
    await send("POST", "/api/waves/never-came/halt", {});
    await dock.stop();
    dock = await open();
    expect(await send("PUT", "/api/waves/never-came", valves)).toMatchObject({
      status: 422,
      body: { fault: "HALTED" },
    });
    await clock.advance(60 * minuteMs);
    expect(told()).toEqual(["WAVE_PICKED"]);
  });

  it("knows nobody without the token", async () => {
    expect((await fetch(`${dock.url}/api/facilities`)).status).toBe(401);
  });

  it("never ships and gives back the same wave, in whatever order it is asked, and its ledger proves it", async () => {
    const step = fc.constantFrom("release", "halt", "papers", "other papers", "an hour", "ten minutes", "restart");
    // Most of what chance draws never gets as far as the dock: some are begun there.
    const packed = ["release", "an hour", "an hour"] as const;
    const begun = fc.constantFrom(
      [],
      packed,
      [...packed, "papers"] as const,
      [...packed, "papers", "ten minutes"] as const,
    );
    let run = 0;
    await fc.assert(
      fc.asyncProperty(begun, fc.array(step, { minLength: 1, maxLength: 8 }), async (before, after) => {
        run += 1;
        const path = `/api/waves/run-${run}`;
        const accepted = new Set<string>();
        let edition = 1;
        for (const next of [...before, ...after]) {
          if (next === "release") await send("PUT", path, valves);
          else if (next === "halt" && (await send("POST", `${path}/halt`, {})).status === 200) accepted.add("halt");
          else if (next === "papers") await send("PUT", `${path}/papers`, papers(`SW${edition}`));
          // Never again those of before: going back to them is doing the same thing a second time, and meant.
          else if (next === "other papers") await send("PUT", `${path}/papers`, papers(`SW${(edition += 1)}`));
          else if (next === "an hour") await clock.advance(60 * minuteMs);
          else if (next === "ten minutes") await clock.advance(10 * minuteMs);
          else if (next === "restart") {
            await dock.stop();
            dock = await open();
          }
        }
        await clock.advance(24 * 60 * minuteMs);
        const done = (await effects()).filter((effect) => effect.endsWith(` run-${run}`));
        expect(done.includes(`halt run-${run}`)).toBe(accepted.has("halt"));
        expect(done).not.toEqual(expect.arrayContaining([`halt run-${run}`, `ship run-${run}`]));
        expect((await send("GET", "/control/effects?doubled=true")).body).toEqual({ doubled: [] });
      }),
      { numRuns: 40 },
    );
  }, 30_000);
});
