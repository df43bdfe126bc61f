import { createHmac } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { InboundMessage, Warehouse, WarehouseNews, WarehouseRelease } from "../ports.ts";
import { callOverHttp, type Counterpart } from "./counterpart.ts";
import { readsNews } from "./news.ts";
import { namesItsFailures, writesExactlyOnce } from "./writing.ts";

export interface WarehouseSubject {
  readonly connector: Warehouse;
  readonly start: () => Promise<Counterpart>;
  readonly release: Omit<WarehouseRelease, "reference">;
  /** The effects' names in the counterpart's ledger. */
  readonly effects: { readonly release: string; readonly recall: string };
  readonly wrongSettings: Readonly<Record<string, string>>;
  /** Messages as the warehouse sends them, and how it signs. */
  readonly news: readonly { readonly what: string; readonly body: object; readonly reads: Partial<WarehouseNews> }[];
  sign(body: Buffer, hmac: typeof createHmac): InboundMessage["headers"];
  readonly settings: Readonly<Record<string, string>>;
}

/** Registers what every warehouse's connector has to pass. */
export function warehouseConformance(subject: WarehouseSubject): void {
  const { connector, start, wrongSettings } = subject;
  let counterpart: Counterpart;
  const release = (reference: string, call = callOverHttp(connector, counterpart)) => {
    if (!connector.release) throw new Error("A warehouse that takes no work.");
    return connector.release({ ...subject.release, reference }, call);
  };
  const recall = (reference: string, call = callOverHttp(connector, counterpart)) => {
    if (!connector.recall) throw new Error("A warehouse that cannot be recalled from.");
    return connector.recall(reference, call);
  };

  describe(`${connector.title} as a warehouse`, () => {
    beforeAll(async () => {
      counterpart = await start();
    });
    afterEach(() => counterpart.behave({}));
    afterAll(() => counterpart.stop());

    it("verifies with the right settings", () => connector.verify(callOverHttp(connector, counterpart)));

    writesExactlyOnce(connector, () => counterpart, {
      name: "release",
      resolution: connector.resolves.release,
      effect: subject.effects.release,
      perform: release,
    });
    writesExactlyOnce(connector, () => counterpart, {
      name: "recall",
      resolution: connector.resolves.recall,
      effect: subject.effects.recall,
      prepare: async (reference) => void (await release(reference)),
      perform: recall,
    });

    it("gives the same work the same reference, however often it is released", async () => {
      expect(await release("again")).toEqual(await release("again"));
    });

    it("is recalled from also where it never had the work", async () => {
      expect(await recall("never-released")).toEqual({ recalled: true });
    });

    namesItsFailures(
      connector,
      () => counterpart,
      (call) => connector.verify(call),
      wrongSettings,
    );
  });

  describe(`news from ${connector.title}`, () => {
    readsNews({
      read: (message) => connector.readNews?.(message, subject.settings) ?? [],
      sign: (body) => subject.sign(body, createHmac),
      examples: subject.news,
      nonsense: { event: "WAVE_VANISHED" },
    });
  });
}
