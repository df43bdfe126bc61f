import type { SubmitRequest, SubmitResult } from "#domains";
import type { Database } from "#platform";
import type { World } from "../scenarios/world.ts";
import { branches, customers, items, type Branch, type CustomerName, type HandledLine, type Item } from "./catalog.ts";

/**
 * The trade as a child would keep it, with piles of goods and tallies of debts: what one node, doing one thing after the other, must agree with to
 * the last piece and the last cent. Where it may choose (from which branch, which line first), its choice is taken over and only the sum is held.
 */
export interface Model {
  /** What can still be promised of each item, over all branches, as of now. */
  freeStock(): Promise<ReadonlyMap<string, number>>;
  ordersTaken(
    asked: readonly { readonly name: string; readonly request: SubmitRequest }[],
    results: readonly SubmitResult[],
    free: ReadonlyMap<string, number>,
  ): void;
  cancelAsked(salesOrderId: string): void;
  creditReleased(salesOrderId: string): void;
  counted(branch: Branch, counts: readonly { readonly item: Item; readonly onHand: number }[], isLate: boolean): void;
  received(branch: Branch, item: Item, quantity: number): void;
  /** Shipped, or looked for and not found. */
  goodsGone(branch: string, lines: readonly HandledLine[]): void;
  /** By the ERP's own books. */
  owes(customer: CustomerName, amount: number, limit: number): void;
  /** What the database says otherwise, in words. */
  differences(): Promise<readonly string[]>;
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

const cents = (amount: string | number) => Math.round(Number(amount) * 100);
const isKnownItem = (sku: string): sku is Item => Object.hasOwn(items, sku);
const priceCents = (sku: string) => (isKnownItem(sku) ? cents(items[sku]) : 0);
const sum = (numbers: Iterable<number>) => [...numbers].reduce((total, number) => total + number, 0);

export function createModel(database: Database, world: World, violations: string[]): Model {
  const onHand = new Map<string, number>();
  /** Came in where nobody has said yet what was there before. */
  const uncounted = new Map<string, number>();
  const accounts = new Map<string, Account>(
    Object.entries(customers).map(([name, account]) => [
      name,
      { limitCents: "creditLimit" in account ? cents(account.creditLimit) : null, erpCents: 0 },
    ]),
  );
  const bonds = new Map<string, Bond>();
  const boundBy = (customer: string) =>
    sum([...bonds.values()].filter((bond) => bond.binds && bond.customer === customer).map((bond) => bond.cents));

  /** What the ERP has taken into its books counts there. */
  function settleWithErp(): void {
    for (const [salesOrderId, bond] of bonds) {
      const account = accounts.get(bond.customer);
      if (!bond.binds || !account || !world.erp.orders.has(salesOrderId)) continue;
      bond.binds = false;
      account.erpCents += bond.cents;
    }
  }

  return {
    async freeStock() {
      const tied = await database.query<{ sku: string; branch: string; quantity: number }>(
        "select sku, branch, sum(quantity)::float8 as quantity from allocations group by sku, branch",
      );
      const tiedAt = new Map(tied.map(({ sku, branch, quantity }) => [`${sku}@${branch}`, quantity]));
      const freeAt = (position: string) => Math.max(0, (onHand.get(position) ?? 0) - (tiedAt.get(position) ?? 0));
      return new Map(Object.keys(items).map((sku) => [sku, sum(branches.map((branch) => freeAt(`${sku}@${branch}`)))]));
    },
    ordersTaken(asked, results, free) {
      const left = new Map(free);
      for (const [index, { name, request }] of asked.entries()) {
        const { draft } = request;
        const result = results[index];
        const account = accounts.get(draft.customerNumber);
        if (!result?.salesOrder || !account) continue;
        for (const [sku, lines] of Map.groupBy(result.salesOrder.lines, (line) => line.sku)) {
          const allocated = sum(lines.map((line) => Number(line.quantityAllocated)));
          const wanted = sum(draft.lines.filter((line) => line.sku === sku).map((line) => Number(line.quantity)));
          const due = Math.min(wanted, left.get(sku) ?? 0);
          left.set(sku, (left.get(sku) ?? 0) - due);
          if (allocated !== due)
            violations.push(`${name} got ${allocated} of ${wanted} ${sku}, and ${due} should have been allocated`);
        }
        const amount = sum(draft.lines.map((line) => Number(line.quantity) * priceCents(line.sku)));
        const fits =
          account.limitCents === null ||
          account.erpCents + boundBy(draft.customerNumber) + amount <= account.limitCents;
        const isBarred = draft.customerNumber === "Barred";
        const due = fits && !isBarred ? "accepted" : "held";
        if (result.outcome !== due) violations.push(`${name} was ${result.outcome} and should have been ${due}`);
        bonds.set(result.salesOrder.salesOrderId, { customer: draft.customerNumber, cents: amount, binds: fits });
      }
    },
    cancelAsked(salesOrderId) {
      settleWithErp();
      const bond = bonds.get(salesOrderId);
      if (bond) bond.binds = false;
    },
    creditReleased(salesOrderId) {
      const bond = bonds.get(salesOrderId);
      if (bond) bond.binds = true;
    },
    counted(branch, counts, isLate) {
      for (const { item, onHand: quantity } of counts) {
        const position = `${item}@${branch}`;
        const isFirst = !onHand.has(position);
        // What was counted late does not contain what came in since.
        if (isLate && isFirst) onHand.set(position, quantity + (uncounted.get(position) ?? 0));
        else if (!isLate) onHand.set(position, quantity);
      }
    },
    received(branch, item, quantity) {
      const position = `${item}@${branch}`;
      const pile = onHand.has(position) ? onHand : uncounted;
      pile.set(position, (pile.get(position) ?? 0) + quantity);
    },
    goodsGone(branch, lines) {
      for (const { sku, quantity } of lines)
        onHand.set(`${sku}@${branch}`, (onHand.get(`${sku}@${branch}`) ?? 0) - quantity);
    },
    owes(customer, amount, limit) {
      settleWithErp();
      accounts.set(customer, { limitCents: limit * 100, erpCents: amount * 100 });
    },
    async differences() {
      settleWithErp();
      const shelves = await database.query<{ position: string; quantity: number }>(
        "select sku || '@' || branch as position, on_hand::float8 as quantity from inventory_positions",
      );
      const credits = await database.query<{ customer: string; erp: number; hub: number }>(
        `select customer_number as customer, erp_balance::float8 as erp, hub_exposure::float8 as hub from customer_credits`,
      );
      return [
        ...shelves.flatMap(({ position, quantity }) =>
          quantity === onHand.get(position)
            ? []
            : [`${position} has ${quantity} on hand and should have ${onHand.get(position)}`],
        ),
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
