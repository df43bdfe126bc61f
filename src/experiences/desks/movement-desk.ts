import type { Fault } from "#contracts";
import { applyMovements, fillBackorders, readMovements, type KeptMovement, type StockMovement } from "#domains";
import type { EventLog } from "#events";
import { compare, type Clock, type Database } from "#platform";
import type { MovementDesk, MovementResult } from "../hub.ts";
import { refuse, strangerFault } from "./known-names.ts";

interface MovementDeskOptions {
  readonly database: Database;
  readonly eventLog: Pick<EventLog, "append">;
  readonly clock: Clock;
  readonly sources: readonly string[];
}

/** How many positions are locked at once: orders for them wait for as long. */
const TAKEN_AT_ONCE = 500;
const RETRIES = 5;

/** Stock movements as the API takes them. */
export function createMovementDesk({ database, eventLog, clock, sources }: MovementDeskOptions): MovementDesk {
  async function takePart(source: string, movements: readonly StockMovement[]): Promise<readonly MovementResult[]> {
    const applied = await database.transaction(
      async (tx) => {
        const taken = await applyMovements(tx, movements, { source, now: clock.now() });
        await eventLog.append(tx, taken.events);
        return taken;
      },
      { retries: RETRIES },
    );
    // In a transaction of its own: it locks orders before positions.
    if (applied.risen.length > 0)
      await database.transaction(async (tx) => eventLog.append(tx, await fillBackorders(tx, applied.risen, {})), {
        retries: RETRIES,
      });
    const kept = new Map(applied.kept.map((movement) => [movement.movementId, movement]));
    const isAgain = isSeenBefore();
    const again = movements.map(({ movementId }) => isAgain(movementId) || !kept.has(movementId));
    const ids = movements.filter((_movement, index) => again[index]).map(({ movementId }) => movementId);
    const known = new Map(
      (await readMovements(database, source, ids)).map((movement) => [movement.movementId, movement]),
    );
    return movements.map((movement, index) =>
      again[index] ? repeated(movement, known.get(movement.movementId)) : firstTaken(kept.get(movement.movementId)),
    );
  }

  return {
    async take(source, movements) {
      refuse("The movements cannot be taken.", strangerFault("/source", "a source of stock", source, sources));
      const results: MovementResult[] = [];
      for (let at = 0; at < movements.length; at += TAKEN_AT_ONCE)
        results.push(...(await takePart(source, movements.slice(at, at + TAKEN_AT_ONCE))));
      return results;
    },
  };
}

/** Of several with one id in a list, only the first is taken. */
function isSeenBefore(): (id: string) => boolean {
  const seen = new Set<string>();
  return (id) => seen.size === seen.add(id).size;
}

const firstTaken = (kept: KeptMovement | undefined): MovementResult => ({
  outcome: kept?.isLate ? "late" : kept?.isStated === false ? "waits" : "taken",
  faults: [],
});

/** The same again is a repeat; another one under the same id is a mistake of the source, and what came first stands. */
function repeated(movement: StockMovement, known: StockMovement | undefined): MovementResult {
  const faults = known ? differences(movement, known) : [];
  return { outcome: faults.length > 0 ? "conflict" : "repeated", faults };
}

function differences(movement: StockMovement, known: StockMovement): readonly Fault[] {
  const isSame = {
    sequence: compare(movement.sequence, known.sequence) === 0,
    sku: movement.sku === known.sku,
    branch: movement.branch === known.branch,
    quantity: compare(movement.quantity, known.quantity) === 0,
    kind: movement.kind === known.kind,
    reference: (movement.reference ?? null) === (known.reference ?? null),
    occurredAt: Date.parse(movement.occurredAt) === Date.parse(known.occurredAt),
  };
  const fields = ["sequence", "sku", "branch", "quantity", "kind", "reference", "occurredAt"] as const;
  return fields
    .filter((field) => !isSame[field])
    .map((field) => ({ path: `/${field}`, expected: known[field] ?? "nothing", found: movement[field] ?? "nothing" }));
}
