import { createHash } from "node:crypto";
import { Type, type Static } from "typebox";
import { Compile } from "typebox/compile";
import { Decimal } from "decimal.js";
import type { Routes } from "../kernel/counterparty.ts";
import type { Change, Desk } from "../kernel/desk.ts";

/** Where something goes, as far as a carrier cares. */
export const Place = Type.Object({
  name: Type.String(),
  street: Type.String(),
  city: Type.String(),
  region: Type.String(),
  postal: Type.String(),
});
export type Place = Static<typeof Place>;

export const Piece = Type.Object({
  id: Type.String(),
  lbs: Type.String(),
  freightClass: Type.String(),
  hazmat: Type.Boolean(),
});
export type Piece = Static<typeof Piece>;

const Tendered = Type.Object({
  number: Type.String(),
  reference: Type.String(),
  service: Type.String(),
  amount: Type.String(),
  from: Place,
  to: Place,
  pieces: Type.Array(Piece),
  shipperOrder: Type.String(),
});
export type Tendered = Static<typeof Tendered>;

const Stage = Type.Enum(["label", "picked-up", "departed", "arrived", "out-for-delivery", "delivered"]);
export type Stage = Static<typeof Stage>;

const Scan = Type.Object({
  id: Type.String(),
  stage: Stage,
  at: Type.String(),
  city: Type.String(),
  region: Type.String(),
  postal: Type.String(),
});
export type Scan = Static<typeof Scan>;

export const Fact = Type.Union([
  Type.Object({ kind: Type.Literal("tendered"), tendered: Tendered }),
  Type.Object({
    kind: Type.Literal("scanned"),
    number: Type.String(),
    scan: Scan,
    signedBy: Type.Union([Type.String(), Type.Null()]),
  }),
  Type.Object({ kind: Type.Literal("voided"), number: Type.String() }),
]);
export type Fact = Static<typeof Fact>;
const factReader = Compile(Fact);
export const parseFact = (value: unknown): Fact => factReader.Parse(value);

export interface Consignment extends Tendered {
  isVoided: boolean;
  readonly scans: Scan[];
  signedBy: string | null;
}
export type Consignments = Map<string, Consignment>;
export type CarrierDesk = Desk<Consignments, Fact>;

export function keepConsignments(consignments: Consignments, fact: Fact): void {
  if (fact.kind === "tendered") {
    consignments.set(fact.tendered.number, { ...fact.tendered, isVoided: false, scans: [], signedBy: null });
    return;
  }
  const consignment = consignments.get(fact.number);
  if (!consignment) return;
  if (fact.kind === "voided") consignment.isVoided = true;
  else {
    consignment.scans.push(fact.scan);
    consignment.signedBy = fact.signedBy;
  }
}

/** What stands under a shipper's reference: voided ones do not. */
export const standing = (consignments: Consignments, reference: string): Consignment | undefined =>
  [...consignments.values()].find((one) => one.reference === reference && !one.isVoided);

/**
 * The number a consignment travels under. Derived from what it is for and how often that was tendered before, so that it is known before anything is
 * written: papers are drawn with it while other bookings go on.
 */
export function numberFor(prefix: string, consignments: Consignments, reference: string): string {
  const tries = [...consignments.values()].filter((one) => one.reference === reference).length;
  const digest = createHash("sha256").update(`${reference} ${tries}`).digest();
  return `${prefix}${String(digest.readUIntBE(0, 6) % 10_000_000_000).padStart(10, "0")}`;
}

const hourMs = 3_600_000;
/** From one scan to the next. About six hours from dock to door: regional carriers, and nobody wants to wait longer in a sandbox. */
const journey: Readonly<Partial<Record<Stage, { readonly next: Stage; readonly afterMs: number }>>> = {
  "picked-up": { next: "departed", afterMs: 1.5 * hourMs },
  departed: { next: "arrived", afterMs: 2 * hourMs },
  arrived: { next: "out-for-delivery", afterMs: hourMs },
  "out-for-delivery": { next: "delivered", afterMs: 1.5 * hourMs },
};
/** If nobody says that the driver has it, he comes by anyhow, some day. */
const unannouncedMs = 30 * 24 * hourMs;

/** How a carrier tells of a scan: where, and in its own words. */
export type Tell = (
  consignment: Consignment,
  scan: Scan,
  signedBy: string | null,
) => NonNullable<Change<Fact>["deliveries"]>[number];

/** Opens a consignment: its effect counts for the shipper's reference, its first scan is told, and the driver will come. */
export function open(desk: CarrierDesk, tendered: Tendered, tell: Tell): Change<Fact> {
  const scan = scanOf(tendered, "label", desk.now(), 0);
  return {
    facts: [
      { kind: "tendered", tendered },
      { kind: "scanned", number: tendered.number, scan, signedBy: null },
    ],
    effects: [{ operation: "tender", reference: tendered.reference }],
    timers: [{ name: "scan", afterMs: unannouncedMs, payload: `${tendered.number} picked-up` }],
    deliveries: [tell({ ...tendered, isVoided: false, scans: [], signedBy: null }, scan, null)],
  };
}

const isAtOrigin = (stage: Stage) => stage === "label" || stage === "picked-up" || stage === "departed";

function scanOf({ number, from, to }: Tendered, stage: Stage, at: Date, index: number): Scan {
  const { city, region, postal } = isAtOrigin(stage) ? from : to;
  return { id: `${number}-${index}`, stage, at: at.toISOString(), city, region, postal };
}

/** The next scan of a journey. What was voided, or scanned so far already, is left alone: two drivers do not pick up one parcel. */
export function scanned(desk: CarrierDesk, number: string, stage: Stage, tell: Tell): Change<Fact> {
  const consignment = desk.state.get(number);
  if (!consignment || consignment.isVoided || consignment.scans.some((scan) => scan.stage === stage)) return {};
  const scan = scanOf(consignment, stage, desk.now(), consignment.scans.length);
  const signedBy = stage === "delivered" ? "R. Alvarez" : null;
  const following = journey[stage];
  return {
    facts: [{ kind: "scanned", number, scan, signedBy }],
    deliveries: [tell(consignment, scan, signedBy)],
    timers: following ? [{ name: "scan", afterMs: following.afterMs, payload: `${number} ${following.next}` }] : [],
  };
}

const stageReader = Compile(Stage);

export const journeyTimers = (tell: Tell) => ({
  scan: (payload: string, desk: CarrierDesk): Change<Fact> => {
    const [number = "", stage = ""] = payload.split(" ");
    return scanned(desk, number, stageReader.Parse(stage), tell);
  },
});

/** The warehouse says that the driver has it. */
export const openDriverDoor =
  (tell: Tell) =>
  (control: Routes, desk: CarrierDesk): void => {
    const body = Type.Object({ number: Type.String() }, { additionalProperties: false });
    control.post("/hand-over", { schema: { body } }, (request) => {
      const change = scanned(desk, request.body.number, "picked-up", tell);
      if (change.facts) desk.commit(change);
      return { number: request.body.number, isKnown: desk.state.has(request.body.number) };
    });
    control.get("/consignments", () => ({
      consignments: [...desk.state.values()].map(({ number, reference, service, isVoided, scans }) => ({
        number,
        reference,
        service,
        isVoided,
        stage: scans.at(-1)?.stage,
      })),
    }));
  };

export function voided(desk: CarrierDesk, reference: string): boolean {
  const consignment = standing(desk.state, reference);
  if (!consignment) return true;
  if (consignment.scans.some(({ stage }) => stage === "picked-up")) return false;
  desk.commit({
    facts: [{ kind: "voided", number: consignment.number }],
    effects: [{ operation: "void", reference, undoes: "tender" }],
  });
  return true;
}

/** How far it is, from the first digits of the postal codes: 2 next door, 8 across the country. */
export const zoneBetween = (from: string, to: string): number =>
  Math.min(
    8,
    2 + Math.abs(Number(from.slice(0, 1)) - Number(to.slice(0, 1))) + (from.slice(0, 3) === to.slice(0, 3) ? 0 : 1),
  );

export interface Tariff {
  readonly service: string;
  readonly name: string;
  readonly base: string;
  readonly perLb: string;
  /** Business days by zone. */
  days(zone: number): number;
}

export const priceOf = ({ base, perLb }: Tariff, pieces: readonly Piece[], zone: number): string =>
  pieces
    .reduce((sum, { lbs }) => sum.plus(base).plus(new Decimal(lbs).times(perLb)), new Decimal(0))
    .times(new Decimal(1).plus(new Decimal(zone - 2).times("0.12")))
    .toFixed(2);

/** What no carrier can do: `null` where it can. */
export function addressFault({ street, postal }: Place): string | null {
  if (street.trim() === "") return "The street is missing.";
  if (!/^\d{5}(-\d{4})?$/.test(postal)) return `"${postal}" is no ZIP code.`;
  return postal.startsWith("999") ? `Nobody delivers to ${postal}.` : null;
}
