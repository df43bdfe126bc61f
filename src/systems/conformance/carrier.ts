import type { RateQuote } from "#contracts";
import { Decimal } from "decimal.js";
import { createHmac } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  isRefused,
  type Answer,
  type Call,
  type Carrier,
  type CarrierNews,
  type InboundMessage,
  type ShipmentTender,
  type TenderAccepted,
} from "../ports.ts";
import { expectPapers } from "./carrier-papers.ts";
import { callOverHttp, type Counterpart } from "./counterpart.ts";
import { openInbox, type Inbox } from "./inbox.ts";
import { readsNews } from "./news.ts";
import { namesItsFailures, writesExactlyOnce } from "./writing.ts";

interface CarrierCounterpart extends Counterpart {
  /** The driver has what travels under this number. */
  handOver(number: string): Promise<void>;
}

export interface CarrierSubject {
  readonly connector: Carrier;
  /** One that works off an hour in seconds, and tells `hubUrl` about it. */
  readonly start: (options?: { readonly hubUrl: string; readonly timeScale: number }) => Promise<CarrierCounterpart>;
  readonly tender: Omit<ShipmentTender, "reference">;
  /** What it will not carry, and what kind of no that is. */
  readonly refuses: readonly {
    readonly what: string;
    readonly tender: Partial<ShipmentTender>;
    readonly kind: "address" | "not-served" | "other";
  }[];
  /** The effects' names in the counterpart's ledger. */
  readonly effects: { readonly tender: string; readonly voidTender: string };
  readonly wrongSettings: Readonly<Record<string, string>>;
  readonly news: readonly { readonly what: string; readonly body: object; readonly reads: object }[];
  sign(body: Buffer, hmac: typeof createHmac): InboundMessage["headers"];
  readonly settings: Readonly<Record<string, string>>;
}

/** What was answered, where it is not a no. */
function accepted<Accepted extends object>(answer: Answer<Accepted>): Accepted {
  if (isRefused(answer)) throw new Error(`Refused: ${answer.refused}`);
  return answer;
}

/** The number the goods travel under. */
const numberOf = ({ trackingNumber, proNumber }: TenderAccepted): string => trackingNumber ?? proNumber ?? "";

/** The connector's operations, all of which a carrier of goods has to have. */
function operationsOf(connector: Carrier) {
  const { quoteRates, tender, voidTender, track, readNews } = connector;
  if (!quoteRates || !tender || !voidTender || !track || !readNews) throw new Error("A carrier lacks an operation.");
  return { quoteRates, tender, voidTender, track, readNews };
}

/** Registers what every carrier's connector has to pass. */
export function carrierConformance(subject: CarrierSubject): void {
  const { connector } = subject;
  describe(`${connector.title} as a carrier`, () => {
    let counterpart: CarrierCounterpart;
    beforeAll(async () => {
      counterpart = await subject.start();
    });
    afterEach(() => counterpart.behave({}));
    afterAll(() => counterpart.stop());

    it("verifies with the right settings", () => connector.verify(callOverHttp(connector, counterpart)));
    quotes(subject, () => counterpart);
    tenders(subject, () => counterpart);
    voids(subject, () => counterpart);
    namesItsFailures(
      connector,
      () => counterpart,
      (call) => connector.verify(call),
      subject.wrongSettings,
    );
  });
  describe(`the journey with ${connector.title}`, () => {
    travels(subject);
  });
  describe(`news from ${connector.title}`, () => {
    const { readNews } = operationsOf(connector);
    readsNews({
      read: (message) => readNews(message, subject.settings),
      sign: (body) => subject.sign(body, createHmac),
      examples: subject.news,
      nonsense: { hello: "world" },
    });
  });
}

/** How the suite asks: each reference as a shipment of its own, under a key of its own. */
function askerOf({ connector, tender }: CarrierSubject, counterpartNow: () => Counterpart) {
  const operations = operationsOf(connector);
  const callFor = (reference: string) =>
    callOverHttp(connector, counterpartNow(), { idempotencyKey: `key ${reference}`, timeoutMs: 4_000 });
  const quotesFor = async (more: Partial<ShipmentTender> = {}) =>
    operations.quoteRates({ ...tender, reference: "quote", ...more }, callFor("quote"));
  /** Asked for once, while all is well. */
  let usual: RateQuote | undefined;
  const usualQuote = async (): Promise<RateQuote> => {
    usual ??= accepted(await quotesFor()).quotes[0];
    if (!usual) throw new Error("There is no rate for the example.");
    return usual;
  };
  const offer = async (reference: string, call: Call = callFor(reference), more: Partial<ShipmentTender> = {}) =>
    operations.tender({ ...tender, reference, ...more }, await usualQuote(), call);
  const takeBack = (reference: string, call: Call = callFor(reference)) => operations.voidTender({ reference }, call);
  const effectsFor = async (reference: string) =>
    (await counterpartNow().effects()).filter((effect) => effect.reference === reference).map((one) => one.operation);
  return { ...operations, callFor, quotesFor, usualQuote, offer, takeBack, effectsFor };
}

function quotes(subject: CarrierSubject, counterpartNow: () => CarrierCounterpart): void {
  const { connector, tender } = subject;
  const { quotesFor, usualQuote, offer } = askerOf(subject, counterpartNow);

  it("quotes what each of its services costs and how long it takes", async () => {
    const { quotes: offers } = accepted(await quotesFor());
    expect(offers.length).toBeGreaterThan(1);
    for (const { carrier, mode, amount, currency, age, transitDays, service, serviceName } of offers) {
      expect([carrier, mode, currency, age]).toEqual([connector.code, tender.mode, tender.currency, "live"]);
      expect(amount).toMatch(/^\d+\.\d\d$/);
      expect(Number(amount)).toBeGreaterThan(0);
      expect(transitDays).toBeGreaterThanOrEqual(1);
      expect([service, serviceName]).not.toContain("");
    }
    expect(new Set(offers.map(({ service }) => service)).size).toBe(offers.length);
  });

  it("quotes the same for the same, and more for more weight", async () => {
    const once = accepted(await quotesFor()).quotes;
    expect(accepted(await quotesFor()).quotes).toEqual(once);
    const handlingUnits = tender.handlingUnits.map((unit) => ({
      ...unit,
      weightLb: new Decimal(unit.weightLb).times("1.5").toFixed(2),
    }));
    const heavier = accepted(await quotesFor({ handlingUnits })).quotes;
    for (const [index, { amount }] of once.entries()) {
      expect(Number(heavier[index]?.amount)).toBeGreaterThan(Number(amount));
    }
  });

  it("charges what it quoted", async () => {
    const { amount } = await usualQuote();
    expect(accepted(await offer("charged")).amount).toBe(amount);
  });

  it.each(subject.refuses)("answers that it does not carry $what", async ({ tender: more, kind }) => {
    const refused = { refused: expect.stringMatching(/\w+ .*\w/), kind };
    expect(await quotesFor(more)).toEqual(refused);
  });
}

function tenders(subject: CarrierSubject, counterpartNow: () => CarrierCounterpart): void {
  const { connector, tender } = subject;
  const { offer, effectsFor, tender: tenderTo, usualQuote, callFor } = askerOf(subject, counterpartNow);

  writesExactlyOnce(connector, counterpartNow, {
    name: "tender",
    resolution: connector.resolves.tender,
    effect: subject.effects.tender,
    prepare: async () => void (await usualQuote()),
    perform: offer,
  });

  it("gives a number, and papers the warehouse can print", async () => {
    const answer = accepted(await offer("papers"));
    expect(numberOf(answer)).toMatch(/^\w{8,}$/);
    expectPapers(tender, answer);
  });

  it("answers the same number and papers when it is asked again after an answer got lost", async () => {
    const first = accepted(await offer("asked-again"));
    const call = { ...callFor("asked-again"), maybeDone: true };
    expect(accepted(await offer("asked-again", call))).toEqual(first);
  });

  it("answers that it has no such service, and takes nothing", async () => {
    const wrong = { ...(await usualQuote()), service: "PIGEON" };
    const answer = await tenderTo({ ...tender, reference: "by-pigeon" }, wrong, callFor("by-pigeon"));
    expect(answer).toMatchObject({ refused: expect.stringContaining("PIGEON") });
    expect(await effectsFor("by-pigeon")).toEqual([]);
  });

  it.each(subject.refuses)("does not take $what", async ({ what, tender: more, kind }) => {
    const reference = `refused ${what}`;
    expect(await offer(reference, callFor(reference), more)).toMatchObject({ kind });
    expect(await effectsFor(reference)).toEqual([]);
  });
}

function voids(subject: CarrierSubject, counterpartNow: () => CarrierCounterpart): void {
  const { connector } = subject;
  const { offer, takeBack, effectsFor, callFor, track } = askerOf(subject, counterpartNow);

  writesExactlyOnce(connector, counterpartNow, {
    name: "void",
    resolution: connector.resolves.voidTender,
    effect: subject.effects.voidTender,
    prepare: async (reference) => void accepted(await offer(reference)),
    perform: takeBack,
  });

  it("has nothing to void where nothing was tendered", async () => {
    expect(await takeBack("never-tendered")).toEqual({ voided: true });
    expect(await effectsFor("never-tendered")).toEqual([]);
  });

  it("says that it is too late once the driver has it", async () => {
    const number = numberOf(accepted(await offer("driven-off")));
    await counterpartNow().handOver(number);
    expect(await takeBack("driven-off")).toMatchObject({ kind: "too-late" });
    expect((await track(number, callFor("driven-off"))).map(({ milestone }) => milestone.code)).toContain("picked-up");
    expect(await effectsFor("driven-off")).toEqual([subject.effects.tender]);
  });

  it("takes the same shipment again after it was voided, under another number", async () => {
    const first = accepted(await offer("sent-again"));
    await takeBack("sent-again");
    const second = accepted(await offer("sent-again", callFor("sent-again, the second time")));
    expect(numberOf(second)).not.toBe(numberOf(first));
    const { tender, voidTender } = subject.effects;
    expect(await effectsFor("sent-again")).toEqual([tender, voidTender, tender]);
  });
}

/** From the label to the door, as the carrier tells it by itself over real HTTP, and as it answers when it is asked. */
function travels(subject: CarrierSubject): void {
  let inbox: Inbox;
  let counterpart: CarrierCounterpart;
  beforeAll(async () => {
    inbox = await openInbox();
    counterpart = await subject.start({ hubUrl: inbox.url, timeScale: 100_000 });
  });
  afterAll(async () => {
    await counterpart.stop();
    await inbox.stop();
  });
  const { offer, track, callFor, readNews } = askerOf(subject, () => counterpart);
  const told = (): readonly CarrierNews[] =>
    inbox.messages.flatMap((message) => readNews(message, counterpart.settings));

  it("is told step by step, to the door, with who signed", async () => {
    const before = Date.now() - 1_000;
    const number = numberOf(accepted(await offer("travels")));
    await counterpart.handOver(number);
    await expect.poll(() => told().map(({ milestone }) => milestone.code), { timeout: 5_000 }).toContain("delivered");

    const news = [...new Map(told().map((one) => [one.messageId, one])).values()];
    const inOrder = [...news].sort((a, b) => a.messageId.localeCompare(b.messageId));
    expect(inOrder.map(({ milestone }) => milestone.code)).toEqual([
      "label-created",
      "picked-up",
      "in-transit",
      "in-transit",
      "out-for-delivery",
      "delivered",
    ]);
    for (const { number: ofWhat, milestone } of news) {
      expect(ofWhat).toBe(number);
      expect(milestone.location).toMatch(/\w/);
      // In UTC, whatever clock hangs at the terminal.
      expect(milestone.occurredAt).toMatch(/Z$/);
      expect(Date.parse(milestone.occurredAt)).toBeGreaterThan(before);
      expect(Date.parse(milestone.occurredAt)).toBeLessThan(Date.now() + 1_000);
    }
    const last = inOrder.at(-1);
    expect(last?.proofOfDelivery).toMatchObject({
      signedBy: expect.stringMatching(/\w/),
      deliveredAt: last?.milestone.occurredAt,
    });
    expect(inOrder.slice(0, -1).some(({ proofOfDelivery }) => proofOfDelivery !== undefined)).toBe(false);
  });

  it("is told again after it was not taken, under the same id", () => {
    const [first, ...others] = told();
    expect(others.map(({ messageId }) => messageId)).toContain(first?.messageId);
  });

  it("is the same when it is asked for", async () => {
    const [number = ""] = told().map((one) => one.number);
    const asked = await track(number, callFor("travels"));
    const known = new Map(told().map((one) => [one.messageId, one]));
    expect(asked).toHaveLength(known.size);
    for (const news of asked) expect(news).toEqual(known.get(news.messageId));
  });
}
