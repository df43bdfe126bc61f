import type { ReservationDraft, SalesOrder } from "#contracts";
import type { Position, ReservationResult, StockSnapshot, SubmitRequest, SubmitResult } from "#domains";
import type { Database } from "#platform";
import type { World } from "../scenarios/world.ts";
import { isKept, type Cart } from "./carts.ts";
import {
  branches,
  customers,
  isKit,
  items,
  partsOf,
  priceOf,
  traits,
  type Branch,
  type CustomerName,
  type Item,
} from "./catalog.ts";
import { seenBy, substitutingChannel, type House } from "./house.ts";
import type { Entry, Owner, Shortage } from "./owner.ts";

/**
 * The trade as a child would keep it, with piles of goods and tallies of debts: what one node, doing one thing after the other, must agree with to
 * the last piece and the last cent. Where it may choose (from which branch, which line first), its choice is taken over and only the sum is held.
 */
export interface Model {
  /** What is free on each shelf as of now, before something is asked for. */
  shelves(): Promise<Shelves>;
  ordersTaken(
    asked: readonly { readonly name: string; readonly request: SubmitRequest }[],
    results: readonly SubmitResult[],
    shelves: Shelves,
  ): void;
  cartsKept(
    asked: readonly { readonly name: string; readonly draft: ReservationDraft }[],
    results: readonly ReservationResult[],
    shelves: Shelves,
  ): void;
  /** What had expired is given back for good. */
  swept(): void;
  cancelAsked(salesOrderId: string): void;
  creditReleased(salesOrderId: string): void;
  levelsTold(levels: readonly { readonly sku: string; readonly branch: string; readonly sequence: number }[]): void;
  movementTold(entry: Entry): void;
  /** All levels there were at that time have been read. */
  stockHeard(at: Date): void;
  /** What it names, and where it says by not naming it that nothing is there. Of all else it says nothing. */
  snapshotTold(
    snapshot: Pick<StockSnapshot, "branches">,
    sequence: number,
    said: { readonly named: readonly Position[]; readonly empty: readonly Position[] },
  ): void;
  /** By the ERP's own books. */
  owes(customer: CustomerName, amount: number, limit: number): void;
  /** What the database says otherwise, in words. */
  differences(): Promise<readonly string[]>;
}

/** Free at each position; taking takes. */
export interface Shelves {
  readonly free: Map<string, number>;
  /** Of each cart that is kept. */
  readonly kept: ReadonlySet<Cart>;
  /** Something expired and was not given back yet: what is shown may be less than what can be promised. */
  readonly isUnswept: boolean;
}

interface Account {
  limitCents: number | null;
  /** In the ERP's books. */
  erpCents: number;
}

interface Bond {
  readonly customer: string;
  readonly cents: number;
  /** Whether it counts: not while it is held for credit, nor once the ERP counts it, nor once it is off. */
  binds: boolean;
}

/** As the hub takes it where nobody says otherwise. */
const COUNTED_WITHIN_MS = 24 * 3_600_000;
const cents = (amount: string | number) => Math.round(Number(amount) * 100);
const sum = (numbers: Iterable<number>) => [...numbers].reduce((total, number) => total + number, 0);
const at = (sku: string, branch: string) => `${sku}@${branch}`;
const positions = Object.keys(items).flatMap((sku) => branches.map((branch) => ({ sku, branch })));

/** What an order, or a cart, was given of one line, and how much of it is missing. */
interface Given {
  readonly sku: string;
  readonly missing: number;
  readonly from: readonly { readonly branch: string; readonly quantity: number }[];
}

export function createModel(parts: {
  readonly database: Database;
  readonly world: World;
  readonly owner: Owner;
  readonly house: House;
  readonly carts: readonly Cart[];
  readonly now: () => Date;
  readonly violations: string[];
}): Model {
  const { database, world, owner, house, carts, now, violations } = parts;
  /** Up to which entry of its owner's books a position was stated; none: nobody said that it is there. */
  const stated = new Map<string, number>();
  /** Up to which entry snapshots spoke of whole branches: of what nobody knows, nothing older is news. */
  const floors = new Map<string, number>();
  const told = new Set<Entry>();
  let sweptAt = new Date(0);
  let heardAt = new Date(0);
  const accounts = new Map<string, Account>(
    Object.entries(customers).map(([name, account]) => [
      name,
      { limitCents: "creditLimit" in account ? cents(account.creditLimit) : null, erpCents: 0 },
    ]),
  );
  const bonds = new Map<string, Bond>();
  const boundBy = (customer: string) =>
    sum([...bonds.values()].filter((bond) => bond.binds && bond.customer === customer).map((bond) => bond.cents));

  const floorOf = (branch: string) => Math.max(floors.get(branch) ?? -1, floors.get("*") ?? -1);
  const statedOf = (sku: string, branch: string) => stated.get(at(sku, branch)) ?? -1;
  const isNews = (sku: string, branch: string, sequence: number) =>
    sequence > (stated.get(at(sku, branch)) ?? floorOf(branch));

  /** What was not found is off for a day, whatever is stated; then it must have been counted, and the next statement is believed. */
  function stillMissing({ sku, branch, at: noticedAt }: Shortage): boolean {
    const until = new Date(noticedAt.getTime() + COUNTED_WITHIN_MS);
    return heardAt < until && owner.asOf(statedOf(sku, branch)) < until;
  }

  /** What was stated, and what was told since; less what is gone and still contained in both. */
  function onHandOf(sku: string, branch: string): number {
    const until = statedOf(sku, branch);
    const own = owner.entries.filter((entry) => entry.sku === sku && entry.branch === branch);
    const since = own.filter((entry) => entry.sequence > until && told.has(entry));
    const posted = own.filter((entry) => entry.reference !== undefined && (entry.sequence <= until || told.has(entry)));
    const unposted = owner.goneOf(sku, branch) + sum(posted.map(({ quantity }) => quantity));
    const missing = owner.shortages.filter((one) => one.sku === sku && one.branch === branch && stillMissing(one));
    const heard = [owner.bookOf(sku, branch, until), ...since.map(({ quantity }) => quantity)];
    return sum(heard) - unposted - sum(missing.map(({ quantity }) => quantity));
  }

  /** What the ERP has taken into its books counts there. */
  function settleWithErp(): void {
    for (const [salesOrderId, bond] of bonds) {
      const account = accounts.get(bond.customer);
      if (!bond.binds || !account || !world.erp.orders.has(salesOrderId)) continue;
      bond.binds = false;
      account.erpCents += bond.cents;
    }
  }

  const channelView = (channel: string, free: ReadonlyMap<string, number>) =>
    seenBy(house, channel, (sku, branch) => Math.max(0, free.get(at(sku, branch)) ?? 0));
  /** What a channel may have of an item, over all branches. */
  function freeOf(channel: string, sku: string, free: ReadonlyMap<string, number>): number {
    const freeAt = (branch: Branch) => Math.max(0, free.get(at(sku, branch)) ?? 0);
    const here = sum(branches.map((branch) => Math.max(0, freeAt(branch) - house.kept(channel, sku, branch))));
    return Math.max(0, here - house.kept(channel, sku));
  }

  /** Takes what was given; it must have been there for this channel, and nothing may be missing of which there still is some. */
  function take(name: string, channel: string, lines: readonly Given[], free: Map<string, number>): void {
    const touched = new Set<string>();
    for (const { sku, from } of lines) {
      for (const { branch, quantity } of from) {
        for (const part of partsOf(sku)) {
          const position = at(part.sku, branch);
          free.set(position, (free.get(position) ?? 0) - quantity * part.quantity);
          touched.add(position);
          if (!house.mayShip(part.sku, branch))
            violations.push(`${name} got ${part.sku} from ${branch}, which may not ship it`);
        }
      }
    }
    for (const { sku, branch } of positions) {
      if (!touched.has(at(sku, branch))) continue;
      const left = (one: Branch) => free.get(at(sku, one)) ?? 0;
      if (left(branch) < house.kept(channel, sku, branch))
        violations.push(`${name} was promised more ${sku} at ${branch} than is free: ${left(branch)} would be left`);
      if (sum(branches.map((one) => Math.max(0, left(one)))) < house.kept(channel, sku))
        violations.push(`${name} was promised ${sku} that are kept for others`);
    }
    const view = channelView(channel, free);
    for (const { sku, missing } of lines) {
      const could = branches.filter((branch) => partsOf(sku).every((part) => view(part.sku, branch) >= part.quantity));
      if (missing > 0 && could.length > 0)
        violations.push(`${name} misses ${missing} ${sku}, and ${could.join(", ")} could still give some`);
    }
  }

  /** As what a line of an order is sold; null: it cannot be. */
  function soldAs(line: SubmitRequest["draft"]["lines"][number], draft: SubmitRequest["draft"], free: Shelves["free"]) {
    const { sku, quantity } = line;
    const trait = Object.hasOwn(traits, sku) ? traits[sku as Item] : undefined;
    if (!trait || draft.reservationId !== undefined) return sku;
    const wanted = Number(quantity);
    if (freeOf(draft.channel, sku, free) >= wanted) return sku;
    const mayBecome = draft.channel === substitutingChannel;
    if (trait.status === "discontinued") return mayBecome ? (trait.supersededBy ?? null) : null;
    const substitute = trait.substitutes?.find((one) => freeOf(draft.channel, one, free) >= wanted);
    return mayBecome && substitute !== undefined ? substitute : sku;
  }

  /** The lines as they were decided, kits with their parts, against the lines as they were asked for. */
  function checkLines(name: string, draft: SubmitRequest["draft"], order: SalesOrder, { free, isUnswept }: Shelves) {
    for (const asked of draft.lines) {
      const line = order.lines.find(({ lineNumber }) => lineNumber === asked.lineNumber);
      const due = soldAs(asked, draft, free);
      const isDoubtful = isUnswept && Object.hasOwn(traits, asked.sku);
      if (!line || (line.sku !== due && !isDoubtful))
        violations.push(
          `${name}, line ${asked.lineNumber}: ${line?.sku} was sold for ${asked.sku}, and ${due} should have been`,
        );
      const ofKit = order.lines.filter(({ kitLineNumber }) => kitLineNumber === asked.lineNumber);
      const told = ofKit.map((part) => `${Number(part.quantityOrdered)} ${part.sku}`).join();
      const parts = isKit(asked.sku) ? partsOf(asked.sku) : [];
      const should = parts.map((part) => `${part.quantity * Number(asked.quantity)} ${part.sku}`).join();
      if (told !== should)
        violations.push(`${name}, line ${asked.lineNumber}: its parts are ${told}, and should be ${should}`);
    }
  }

  function checkCredit(name: string, order: SalesOrder, outcome: SubmitResult["outcome"]): void {
    const customer = order.soldTo.customerNumber;
    const account = accounts.get(customer);
    if (!account) return;
    const amount = sum(
      order.lines
        .filter(({ kitLineNumber }) => kitLineNumber === undefined)
        .map((line) => Number(line.quantityOrdered) * cents(priceOf(line.sku))),
    );
    const fits = account.limitCents === null || account.erpCents + boundBy(customer) + amount <= account.limitCents;
    const due = fits && customer !== "Barred" ? "accepted" : "held";
    if (outcome !== due) violations.push(`${name} was ${outcome} and should have been ${due}`);
    bonds.set(order.salesOrderId, { customer, cents: amount, binds: fits });
  }

  /** Carts the orders of a list come with, as far as they stand. */
  function claimed(draft: SubmitRequest["draft"], kept: ReadonlySet<Cart>, taken: ReadonlySet<Cart>): Cart | null {
    const cart = carts.find(({ reservationId }) => reservationId === draft.reservationId);
    if (!cart || !kept.has(cart) || taken.has(cart)) return null;
    return cart.customer === null || cart.customer === draft.customerNumber ? cart : null;
  }

  return {
    async shelves() {
      const tied = await database.query<{ sku: string; branch: string; quantity: number }>(
        "select sku, branch, sum(quantity)::float8 as quantity from allocations group by sku, branch",
      );
      const kept = new Set(carts.filter((cart) => isKept(cart, now())));
      const free = new Map(
        positions.map(({ sku, branch }) => [at(sku, branch), stated.has(at(sku, branch)) ? onHandOf(sku, branch) : 0]),
      );
      const less = ({ sku, branch, quantity }: { sku: string; branch: string; quantity: number }) =>
        free.set(at(sku, branch), (free.get(at(sku, branch)) ?? 0) - quantity);
      tied.forEach(less);
      for (const cart of kept) cart.pieces.forEach(less);
      const isUnswept = carts.some(
        (cart) => cart.ended === null && cart.expiresAt <= now() && cart.expiresAt > sweptAt,
      );
      return { free, kept, isUnswept };
    },
    ordersTaken(asked, results, shelves) {
      const { free } = shelves;
      // What any of the list has in a cart is there for it, whoever comes before it.
      const before: Shelves = { ...shelves, free: new Map(free) };
      const taken = new Set<Cart>();
      for (const [index, { name, request }] of asked.entries()) {
        const { draft } = request;
        const result = results[index];
        if (result?.repeat || result?.outcome === "conflict") continue;
        if (!result?.salesOrder) {
          const isDoubtful = before.isUnswept && draft.lines.some(({ sku }) => Object.hasOwn(traits, sku));
          if (draft.lines.every((line) => soldAs(line, draft, before.free) !== null) && !isDoubtful)
            violations.push(`${name} was ${result?.outcome}, and all of it is sold: ${JSON.stringify(result?.faults)}`);
          continue;
        }
        const cart = claimed(draft, shelves.kept, taken);
        if (cart) {
          taken.add(cart);
          cart.ended = "ordered";
          for (const { sku, branch, quantity } of cart.pieces)
            free.set(at(sku, branch), (free.get(at(sku, branch)) ?? 0) + quantity);
        }
        checkLines(name, draft, result.salesOrder, before);
        take(name, draft.channel, givenTo(name, result.salesOrder, violations), free);
        checkCredit(name, result.salesOrder, result.outcome);
      }
    },
    cartsKept(asked, results, { free }) {
      for (const [index, { name, draft }] of asked.entries()) {
        const result = results[index];
        const answered =
          result && ("reservation" in result ? result.reservation.lines : "lines" in result ? result.lines : null);
        if (!result || !answered) continue;
        const lines = answered.map((line) => ({
          sku: line.sku,
          missing: Number(line.quantityMissing),
          from: line.from.map(({ branch, quantity }) => ({ branch, quantity: Number(quantity) })),
        }));
        const isShort = lines.some(({ missing }) => missing > 0);
        if ((draft.complete === true && isShort) !== (result.outcome === "short"))
          violations.push(`${name} was ${result.outcome}${isShort ? " and lacks something" : ""}`);
        take(name, draft.channel, lines, result.outcome === "reserved" ? free : new Map(free));
      }
    },
    swept: () => void (sweptAt = now()),
    cancelAsked(salesOrderId) {
      settleWithErp();
      const bond = bonds.get(salesOrderId);
      if (bond) bond.binds = false;
    },
    creditReleased(salesOrderId) {
      const bond = bonds.get(salesOrderId);
      if (bond) bond.binds = true;
    },
    levelsTold(levels) {
      for (const { sku, branch, sequence } of levels)
        if (isNews(sku, branch, sequence)) stated.set(at(sku, branch), sequence);
    },
    movementTold: (entry) => void told.add(entry),
    stockHeard: (at) => void (heardAt = at),
    snapshotTold({ branches: asked }, sequence, { named, empty }) {
      const scopes = asked ?? ["*"];
      if (scopes.every((scope) => Math.max(floors.get(scope) ?? -1, floors.get("*") ?? -1) >= sequence)) return;
      const known = empty.filter(({ sku, branch }) => stated.has(at(sku, branch)));
      for (const { sku, branch } of [...named, ...known])
        if (isNews(sku, branch, sequence)) stated.set(at(sku, branch), sequence);
      for (const scope of scopes) floors.set(scope, Math.max(floors.get(scope) ?? -1, sequence));
    },
    owes(customer, amount, limit) {
      settleWithErp();
      accounts.set(customer, { limitCents: limit * 100, erpCents: amount * 100 });
    },
    async differences() {
      settleWithErp();
      const shelves = await database.query<{ sku: string; branch: string; quantity: number; reserved: number }>(
        "select sku, branch, on_hand::float8 as quantity, reserved::float8 as reserved from inventory_positions",
      );
      const known = new Set(shelves.map(({ sku, branch }) => at(sku, branch)));
      const credits = await database.query<{ customer: string; erp: number; hub: number }>(
        `select customer_number as customer, erp_balance::float8 as erp, hub_exposure::float8 as hub from customer_credits`,
      );
      const keptAt = (sku: string, branch: string) =>
        sum(
          carts
            .filter((cart) => isKept(cart, now()))
            .flatMap(({ pieces }) => pieces.filter((piece) => piece.sku === sku && piece.branch === branch))
            .map(({ quantity }) => quantity),
        );
      return [
        ...[...stated.keys()]
          .filter((position) => !known.has(position))
          .map((position) => `${position} was stated and is not there`),
        ...shelves.flatMap(({ sku, branch, quantity, reserved }) => {
          const [onHand, kept] = [onHandOf(sku, branch), keptAt(sku, branch)];
          return [
            ...(quantity === onHand ? [] : [`${at(sku, branch)} has ${quantity} on hand and should have ${onHand}`]),
            ...(reserved === kept ? [] : [`${at(sku, branch)} has ${reserved} reserved and should have ${kept}`]),
          ];
        }),
        ...credits.flatMap(({ customer, erp, hub }) => {
          const due = [accounts.get(customer)?.erpCents ?? 0, boundBy(customer)];
          const are = [cents(erp), cents(hub)];
          const told = ([inErp, inHub]: readonly number[]) => `${inErp} cents in the ERP and ${inHub} here`;
          return due.join() === are.join() ? [] : [`${customer} owes ${told(are)}, and it should be ${told(due)}`];
        }),
      ];
    },
  };
}

/** What an order was given of its own lines. All parts of a kit must have been given in kits. */
function givenTo(name: string, { lines }: SalesOrder, violations: string[]): readonly Given[] {
  const fromOf = (line: SalesOrder["lines"][number]) =>
    line.allocations.map(({ branch, quantity }) => ({ branch, quantity: Number(quantity) }));
  return lines
    .filter(({ kitLineNumber }) => kitLineNumber === undefined)
    .map((line) => {
      if (!isKit(line.sku)) return { sku: line.sku, missing: Number(line.quantityBackordered), from: fromOf(line) };
      const parts = lines.filter(({ kitLineNumber }) => kitLineNumber === line.lineNumber);
      const each = new Map(partsOf(line.sku).map(({ sku, quantity }) => [sku, quantity]));
      const [first, ...others] = parts.map((part) =>
        fromOf(part).map(({ branch, quantity }) => ({ branch, quantity: quantity / (each.get(part.sku) ?? 1) })),
      );
      const told = (from: Given["from"] = []) =>
        from.map(({ branch, quantity }) => `${quantity} from ${branch}`).join();
      if (others.some((other) => told(other) !== told(first)))
        violations.push(
          `${name} got parts of ${line.sku} that make no kits: ${told(first)}; ${others.map(told).join("; ")}`,
        );
      return { sku: line.sku, missing: Number(line.quantityBackordered), from: first ?? [] };
    });
}
