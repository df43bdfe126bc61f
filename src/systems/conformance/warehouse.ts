import { createHmac } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { isRefused, type InboundMessage, type Warehouse, type WarehouseNews, type WarehouseRelease } from "../ports.ts";
import { callOverHttp, type Counterpart } from "./counterpart.ts";
import { openInbox, type Inbox } from "./inbox.ts";
import { readsNews } from "./news.ts";
import { namesItsFailures, writesExactlyOnce } from "./writing.ts";

export interface WarehouseSubject {
  readonly connector: Warehouse;
  /** One that works off an hour in milliseconds, and tells `hubUrl` about it. */
  readonly start: (options: { readonly hubUrl: string; readonly timeScale: number }) => Promise<Counterpart>;
  readonly release: Omit<WarehouseRelease, "reference">;
  /** The effects' names in the counterpart's ledger; papers go by the reference and the number the driver scans. */
  readonly effects: {
    readonly release: string;
    readonly recall: string;
    readonly papers: string;
    readonly ship: string;
  };
  readonly wrongSettings: Readonly<Record<string, string>>;
  /** Messages as the warehouse sends them, and how it signs. */
  readonly news: readonly { readonly what: string; readonly body: object; readonly reads: Partial<WarehouseNews> }[];
  sign(body: Buffer, hmac: typeof createHmac): InboundMessage["headers"];
  readonly settings: Readonly<Record<string, string>>;
}

/** The connector's operations, all of which a warehouse we ship from has to have. */
function operationsOf(connector: Warehouse) {
  const { release, recall, sendDocuments, readNews } = connector;
  if (!release || !recall || !sendDocuments || !readNews) throw new Error("A warehouse lacks an operation.");
  return { release, recall, sendDocuments, readNews };
}

/** How the suite asks, and what it is told meanwhile. */
function askerOf(
  { connector, release }: WarehouseSubject,
  surroundings: () => { counterpart: Counterpart; inbox: Inbox },
) {
  const operations = operationsOf(connector);
  const newCall = () => callOverHttp(connector, surroundings().counterpart);
  const label = { kind: "label", format: "zpl", encoding: "utf-8", content: "^XA^FO40,40^FDSW1^FS^XZ" } as const;
  const told = (reference: string): readonly WarehouseNews[] =>
    surroundings()
      .inbox.messages.flatMap((message) => operations.readNews(message, surroundings().counterpart.settings))
      .filter((news) => news.reference === reference);
  const releaseWork = (reference: string, call = newCall()) => operations.release({ ...release, reference }, call);
  const toldOf = (reference: string, news: WarehouseNews["news"]) =>
    expect.poll(() => told(reference).map((one) => one.news), { timeout: 5_000 }).toContain(news);
  return {
    release: releaseWork,
    recall: (reference: string, call = newCall()) => operations.recall(reference, call),
    sendDocuments: (reference: string, call = newCall()) => {
      const shipmentReference = `shp ${reference}`;
      const papers = { reference, shipmentReference, carrier: "nobody", trackingNumber: "SW1", documents: [label] };
      return operations.sendDocuments(papers, call);
    },
    told,
    toldOf,
    releaseAndPack: async (reference: string) => {
      expect(isRefused(await releaseWork(reference))).toBe(false);
      await toldOf(reference, "packed");
    },
    effectsFor: async (reference: string) =>
      (await surroundings().counterpart.effects())
        .filter((effect) => effect.reference === reference)
        .map(({ operation }) => operation),
  };
}

/** Registers what every warehouse's connector has to pass. */
export function warehouseConformance(subject: WarehouseSubject): void {
  const { connector, effects } = subject;
  let inbox: Inbox;
  let counterpart: Counterpart;
  const counterpartNow = () => counterpart;
  const asker = askerOf(subject, () => ({ counterpart, inbox }));

  describe(`${connector.title} as a warehouse`, () => {
    beforeAll(async () => {
      inbox = await openInbox();
      counterpart = await subject.start({ hubUrl: inbox.url, timeScale: 100_000 });
    });
    afterEach(() => counterpart.behave({}));
    afterAll(async () => {
      await counterpart.stop();
      await inbox.stop();
    });

    it("verifies with the right settings", () => connector.verify(callOverHttp(connector, counterpart)));

    writesExactlyOnce(connector, counterpartNow, {
      name: "release",
      resolution: connector.resolves.release,
      effect: effects.release,
      perform: asker.release,
    });
    writesExactlyOnce(connector, counterpartNow, {
      name: "recall",
      resolution: connector.resolves.recall,
      effect: effects.recall,
      prepare: async (reference) => void (await asker.release(reference)),
      perform: asker.recall,
    });
    writesExactlyOnce(connector, counterpartNow, {
      name: "send-documents",
      resolution: connector.resolves.sendDocuments,
      effect: effects.papers,
      effectReference: (reference) => `${reference} SW1`,
      prepare: asker.releaseAndPack,
      perform: asker.sendDocuments,
    });
    works(subject, asker);
    namesItsFailures(connector, counterpartNow, (call) => connector.verify(call), subject.wrongSettings);
  });

  describe(`news from ${connector.title}`, () => {
    readsNews({
      read: (message) => operationsOf(connector).readNews(message, subject.settings),
      sign: (body) => subject.sign(body, createHmac),
      examples: subject.news,
      nonsense: { event: "WAVE_VANISHED" },
    });
  });
}

const hasRightCheckDigit = (sscc: string): boolean =>
  Array.from(sscc, Number).reduce((sum, digit, index) => sum + digit * (index % 2 === 0 ? 3 : 1), 0) % 10 === 0;

function works({ release: work, effects }: WarehouseSubject, asker: ReturnType<typeof askerOf>): void {
  const { release, recall, sendDocuments, told, toldOf, releaseAndPack, effectsFor } = asker;

  it("gives the same work the same reference, however often it is released", async () => {
    expect(await release("again")).toEqual(await release("again"));
  });

  it("picks, packs, waits for the papers, and ships; and tells each step", async () => {
    await releaseAndPack("all-the-way");
    expect(await effectsFor("all-the-way")).toEqual([effects.release]);
    await sendDocuments("all-the-way");
    await toldOf("all-the-way", "shipped");

    const news = [...new Map(told("all-the-way").map((one) => [one.messageId, one])).values()];
    expect(news.map((one) => one.news).sort()).toEqual(["packed", "picked", "shipped"]);
    const lines = work.lines.map(({ lineNumber, sku, quantity }) => ({ lineNumber, sku, quantity }));
    expect(news).toContainEqual(expect.objectContaining({ news: "shipped", lines }));
    const units = news.flatMap((one) => (one.news === "packed" ? one.handlingUnits : []));
    expect(units.flatMap(({ contents }) => contents)).toEqual(lines);
    expect(units.map(({ sscc }) => hasRightCheckDigit(sscc))).toEqual(units.map(() => true));
  });

  it("is recalled from as long as the truck is not loaded, and then nothing ships", async () => {
    await releaseAndPack("recalled");
    expect(await recall("recalled")).toEqual({ recalled: true });
    expect(await sendDocuments("recalled")).toMatchObject({ refused: expect.any(String) });
    expect(await effectsFor("recalled")).toEqual([effects.release, effects.recall]);
  });

  it("says that it is too late once it is loaded, and has not stopped it", async () => {
    await releaseAndPack("loaded");
    await sendDocuments("loaded");
    await toldOf("loaded", "shipped");
    expect(await recall("loaded")).toMatchObject({ kind: "too-late" });
    expect(await effectsFor("loaded")).toEqual([effects.release, effects.ship]);
  });

  it("is recalled from also where it never had the work; and a release that comes late does not begin it", async () => {
    expect(await recall("late")).toEqual({ recalled: true });
    expect(await release("late")).toMatchObject({ refused: expect.any(String) });
    expect(await effectsFor("late")).toEqual([effects.recall]);
  });
}
