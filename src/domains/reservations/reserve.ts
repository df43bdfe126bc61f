import type { Fault, Product, Reservation, ReservationDraft } from "#contracts";
import {
  add,
  fingerprint,
  isPositive,
  isWhole,
  multiply,
  plain,
  subtract,
  type Ids,
  type Transaction,
} from "#platform";
import { readBranches } from "../branches/branches.ts";
import {
  chooseBranches,
  createFreeStock,
  type FreeStock,
  type SourcingPreference,
} from "../inventory/choose-branches.ts";
import { withKits } from "../inventory/kit-stock.ts";
import { relatedSkus, type KitParts } from "../products/kits.ts";
import { keepRegister } from "../inventory/position-register.ts";
import { lockPositionsOf, readLockedStock } from "../inventory/read-stock.ts";
import { seenByChannel } from "../promising/channel-reserves.ts";
import { plainPlan, type PromisingPlan } from "../promising/promising-plan.ts";
import { findProducts } from "../products/find-products.ts";
import { toBaseUnits, unitsOf } from "../products/units.ts";
import { rowsOf } from "../sql.ts";
import { giveBackExpired } from "./give-back.ts";
import { readReservations } from "./read-reservations.ts";

/** One cart or quote as a door hands it in. The same key with the same draft is the same reservation. */
export interface ReservationRequest {
  readonly draft: ReservationDraft;
  readonly idempotencyKey: string;
}

/** `short`: all or nothing was asked, and not all is there; nothing is kept, the lines say what is missing. */
export type ReservationResult =
  | { readonly outcome: "reserved" | "repeat"; readonly reservation: Reservation }
  | { readonly outcome: "rejected" | "conflict"; readonly faults: readonly Fault[] }
  | { readonly outcome: "short"; readonly lines: Reservation["lines"] };

export interface ReserveContext {
  readonly ids: Ids;
  readonly now: Date;
  readonly promising?: PromisingPlan;
}

type ReservedLine = Reservation["lines"][number];
interface Judged {
  readonly request: ReservationRequest;
  readonly faults: readonly Fault[];
}

/**
 * Keeps stock for carts and quotes, a whole list at once, in the order in which they came. What is kept is bounded by what is free under the
 * positions' locks, so that no number of callers keeps more than there is.
 */
export async function reserve(
  tx: Transaction,
  requests: readonly ReservationRequest[],
  { ids, now, promising = plainPlan }: ReserveContext,
): Promise<readonly ReservationResult[]> {
  await oneAtATime(tx, requests);
  const known = await findKnown(tx, requests);
  const asked = [...new Set(requests.flatMap(({ draft }) => draft.lines.map(({ sku }) => sku)))];
  const products = await readItems(tx, asked);
  const kits = kitsAmong(products);
  const skus = [...products.keys()];
  const branches = (await readBranches(tx)).map(({ branch }) => branch);
  await keepRegister(tx);
  await lockPositionsOf(tx, skus);
  // Under the lock, expired reservations count for nothing.
  await giveBackExpired(tx, skus, now);
  const stock = createFreeStock(await readLockedStock(tx, skus));
  const kept = new Map<string, Reservation & { readonly request: ReservationRequest }>();
  const results = requests.map((request): ReservationResult | { readonly again: string } => {
    const { idempotencyKey, draft } = request;
    const before = known.get(idempotencyKey) ?? originalOf(kept.get(idempotencyKey));
    if (before) return before.fingerprint === fingerprint(draft) ? { again: before.reservationId } : conflict(request);
    const { faults } = judge(request, products);
    if (faults.length > 0) return { outcome: "rejected", faults };
    const own = seenByChannel(stock, promising.reserves, draft.channel, branches);
    const lines = keepLines(draft, products, { branches, kits, rules: promising.at(now) }, own);
    if (draft.complete && lines.some(({ quantityMissing }) => isPositive(quantityMissing))) {
      giveBack(lines, withKits(stock, kits));
      return { outcome: "short", lines };
    }
    const reservation = document(ids.next("rsv"), draft, lines, now);
    kept.set(idempotencyKey, { ...reservation, request });
    return { outcome: "reserved", reservation };
  });
  await write(tx, [...kept.values()], kits);
  return answerRepeats(tx, results, now);
}

/** The items that are known, and those that kits among them are made of. */
async function readItems(tx: Transaction, skus: readonly string[]): Promise<ReadonlyMap<string, Product>> {
  const asked = await findProducts(tx, skus);
  const related = [...asked.values()].flatMap(({ product }) => relatedSkus(product));
  const all = related.length === 0 ? asked : new Map([...asked, ...(await findProducts(tx, related))]);
  return new Map([...all].map(([sku, { product }]) => [sku, product]));
}

const kitsAmong = (products: ReadonlyMap<string, Product>): KitParts =>
  new Map([...products].flatMap(([sku, { kitComponents }]) => (kitComponents ? [[sku, kitComponents] as const] : [])));

/** Two requests under one key, on whatever node, wait for each other. */
async function oneAtATime(tx: Transaction, requests: readonly ReservationRequest[]): Promise<void> {
  await rowsOf(
    tx,
    `select pg_advisory_xact_lock(k.key) from (
       select distinct hashtextextended('reservation ' || k, 0) as key from jsonb_array_elements_text($1::jsonb) as k order by 1) k`,
    requests.map(({ idempotencyKey }) => idempotencyKey),
  );
}

interface Known {
  readonly reservationId: string;
  readonly fingerprint: string;
}

async function findKnown(
  tx: Transaction,
  requests: readonly ReservationRequest[],
): Promise<ReadonlyMap<string, Known>> {
  const rows = await rowsOf<Known & { readonly idempotencyKey: string }>(
    tx,
    `select reservation_id as "reservationId", fingerprint, idempotency_key as "idempotencyKey" from reservations
      where idempotency_key in (select jsonb_array_elements_text($1::jsonb))`,
    requests.map(({ idempotencyKey }) => idempotencyKey),
  );
  return new Map(rows.map((row) => [row.idempotencyKey, row]));
}

const originalOf = (kept: (Reservation & { readonly request: ReservationRequest }) | undefined): Known | null =>
  kept ? { reservationId: kept.reservationId, fingerprint: fingerprint(kept.request.draft) } : null;

const conflict = ({ idempotencyKey }: ReservationRequest): ReservationResult => ({
  outcome: "conflict",
  faults: [
    {
      path: "",
      expected: "the same request as before under this key",
      found: `another one under ${idempotencyKey}`,
      fix: "Use a new key for another reservation; to keep more or less, release this one first.",
    },
  ],
});

function judge(request: ReservationRequest, products: ReadonlyMap<string, Product>): Judged {
  const faults = request.draft.lines.flatMap((line, index): Fault[] => {
    const product = products.get(line.sku);
    const path = `/lines/${index}`;
    if (!product) return [{ path: `${path}/sku`, expected: "an item known to the hub", found: line.sku }];
    if (product.status === "blocked")
      return [{ path: `${path}/sku`, expected: "an item that is sold", found: `${line.sku}, which is blocked` }];
    const quantity = toBaseUnits(product, line.quantity, line.unitOfMeasure);
    if (quantity === null) {
      const expected = `one of ${unitsOf(product).join(", ")}`;
      return [{ path: `${path}/unitOfMeasure`, expected, found: line.unitOfMeasure }];
    }
    if (isWhole(quantity)) return [];
    const expected = `a whole number of ${product.baseUnitOfMeasure}`;
    return [{ path: `${path}/quantity`, expected, found: plain(quantity) }];
  });
  const numbers = new Set(request.draft.lines.map(({ lineNumber }) => lineNumber));
  if (numbers.size < request.draft.lines.length)
    faults.push({ path: "/lines", expected: "every line to have a number of its own" });
  return { request, faults };
}

function keepLines(
  draft: ReservationDraft,
  products: ReadonlyMap<string, Product>,
  way: Required<Pick<SourcingPreference, "branches" | "kits" | "rules">>,
  stock: FreeStock,
): ReservedLine[] {
  const demands = draft.lines.flatMap(({ lineNumber, sku, quantity, unitOfMeasure }) => {
    const product = products.get(sku);
    const baseQuantity = product ? toBaseUnits(product, quantity, unitOfMeasure) : null;
    return product && baseQuantity !== null
      ? [{ lineNumber, sku, quantity: baseQuantity, baseUnitOfMeasure: product.baseUnitOfMeasure }]
      : [];
  });
  const preference = {
    ...way,
    item: (sku: string) => products.get(sku),
    channel: draft.channel,
    shipComplete: draft.complete ?? false,
  };
  const sourced = chooseBranches(demands, preference, stock);
  const byNumber = new Map(sourced.map((line) => [line.lineNumber, line]));
  return demands.map(({ lineNumber, sku, quantity, baseUnitOfMeasure }) => {
    const { taken = [], backordered = quantity, explanation = "" } = byNumber.get(lineNumber) ?? {};
    return {
      lineNumber,
      sku,
      baseUnitOfMeasure,
      quantityAsked: plain(quantity),
      quantityReserved: add(...taken.map((piece) => piece.quantity)),
      quantityMissing: plain(backordered),
      from: taken.map((piece) => ({ branch: piece.branch, quantity: plain(piece.quantity) })),
      explanation: explanation.replaceAll("backordered", "missing"),
    };
  });
}

function giveBack(lines: readonly ReservedLine[], stock: FreeStock): void {
  for (const { sku, from } of lines) {
    for (const { branch, quantity } of from) stock.take(sku, branch, subtract("0", quantity));
  }
}

const MINUTE_MS = 60_000;

function document(reservationId: string, draft: ReservationDraft, lines: ReservedLine[], now: Date): Reservation {
  const { channel, customerNumber, reference, minutes } = draft;
  return {
    reservationId,
    status: "active",
    channel,
    ...(customerNumber === undefined ? {} : { customerNumber }),
    ...(reference === undefined ? {} : { reference }),
    reservedAt: now.toISOString(),
    expiresAt: new Date(now.getTime() + minutes * MINUTE_MS).toISOString(),
    lines,
  };
}

async function write(
  tx: Transaction,
  kept: readonly (Reservation & { readonly request: ReservationRequest })[],
  kits: KitParts,
): Promise<void> {
  if (kept.length === 0) return;
  await rowsOf(
    tx,
    `with news as (
       select * from jsonb_to_recordset($1::jsonb)
           as r("reservationId" text, "idempotencyKey" text, fingerprint text, channel text, "customerNumber" text, reference text,
                "reservedAt" timestamptz, "expiresAt" timestamptz, lines jsonb, pieces jsonb)
     ), pieces as (
       select n."reservationId", l."lineNumber", l.sku, l.branch, sum(l.quantity) as quantity, n."expiresAt"
         from news n, jsonb_to_recordset(n.pieces) as l("lineNumber" integer, sku text, branch text, quantity numeric)
        group by n."reservationId", l."lineNumber", l.sku, l.branch, n."expiresAt"
     ), reserved as (
       insert into reservations (reservation_id, idempotency_key, fingerprint, channel, customer_number, reference, reserved_at, expires_at, lines)
       select "reservationId", "idempotencyKey", fingerprint, channel, "customerNumber", reference, "reservedAt", "expiresAt", lines from news
     ), lined as (
       insert into reservation_lines (reservation_id, line_number, sku, branch, quantity, expires_at)
       select "reservationId", "lineNumber", sku, branch, quantity, "expiresAt" from pieces
     )
     update inventory_positions p set reserved = p.reserved + k.quantity
       from (select sku, branch, sum(quantity) as quantity from pieces group by sku, branch) k
      where p.sku = k.sku and p.branch = k.branch`,
    kept.map(({ request, ...reservation }) => ({
      ...reservation,
      pieces: reservation.lines.flatMap((line) => piecesOf(line, kits)),
      idempotencyKey: request.idempotencyKey,
      fingerprint: fingerprint(request.draft),
    })),
  );
}

/** What a line keeps where: of a kit, its parts. */
const piecesOf = ({ lineNumber, sku, from }: ReservedLine, kits: KitParts) =>
  (kits.get(sku) ?? [{ sku, quantity: "1" }]).flatMap((part) =>
    from.map(({ branch, quantity }) => ({
      lineNumber,
      sku: part.sku,
      branch,
      quantity: multiply(part.quantity, quantity),
    })),
  );

async function answerRepeats(
  tx: Transaction,
  results: readonly (ReservationResult | { readonly again: string })[],
  now: Date,
): Promise<readonly ReservationResult[]> {
  const ids = results.flatMap((result) => ("again" in result ? [result.again] : []));
  if (ids.length === 0) return results.flatMap((result) => ("again" in result ? [] : [result]));
  const known = new Map((await readReservations(tx, ids, now)).map((one) => [one.reservationId, one]));
  return results.flatMap((result) => {
    if (!("again" in result)) return [result];
    const reservation = known.get(result.again);
    return reservation ? [{ outcome: "repeat" as const, reservation }] : [];
  });
}
