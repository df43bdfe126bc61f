import { Type, type Static } from "typebox";

/**
 * Something done that the world would feel: an order opened, freight tendered, an invoice posted. Counted by what was done
 * and for what (`operation` and `reference`), never by the idempotency key: two orders for one reference are two effects,
 * whatever keys they came with. That makes the ledger the judge of "exactly once".
 */
export const Effect = Type.Object(
  {
    operation: Type.String({ examples: ["create-sales-order"] }),
    reference: Type.String({ description: "What it was done for, in the caller's words." }),
    undoes: Type.Optional(
      Type.String({ description: "The operation on the same reference that this one takes back." }),
    ),
    detail: Type.Optional(Type.Record(Type.String(), Type.String())),
  },
  { additionalProperties: false },
);
export type Effect = Static<typeof Effect>;

export interface RecordedEffect extends Effect {
  readonly at: string;
}
export interface DoubledEffect {
  readonly operation: string;
  readonly reference: string;
  readonly times: number;
}

/** The effects in order, and which of them were done again while the first still stood. */
export class EffectLedger {
  #effects: RecordedEffect[] = [];
  readonly #standing = new Map<string, number>();
  readonly #undoneBy = new Map<string, string>();
  readonly #doubled = new Map<string, DoubledEffect>();

  record(effect: Effect, at: string): void {
    this.#effects.push({ ...effect, at });
    const key = keyOf(effect.operation, effect.reference);
    if (effect.undoes !== undefined) {
      const undone = keyOf(effect.undoes, effect.reference);
      this.#standing.delete(undone);
      this.#undoneBy.set(undone, key);
    }
    // Done anew after having been taken back: the taking back may come again too.
    const undoing = this.#undoneBy.get(key);
    if (undoing !== undefined) this.#standing.delete(undoing);

    const times = (this.#standing.get(key) ?? 0) + 1;
    this.#standing.set(key, times);
    if (times > 1) this.#doubled.set(key, { operation: effect.operation, reference: effect.reference, times });
  }

  list(filter: { readonly operation?: string; readonly reference?: string } = {}): readonly RecordedEffect[] {
    return this.#effects.filter(
      (effect) =>
        (filter.operation === undefined || effect.operation === filter.operation) &&
        (filter.reference === undefined || effect.reference === filter.reference),
    );
  }

  doubled(): readonly DoubledEffect[] {
    return [...this.#doubled.values()];
  }

  /** How often each operation was done. */
  counts(): Readonly<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const { operation } of this.#effects) counts[operation] = (counts[operation] ?? 0) + 1;
    return counts;
  }

  clear(): void {
    this.#effects = [];
    this.#standing.clear();
    this.#undoneBy.clear();
    this.#doubled.clear();
  }
}

const keyOf = (operation: string, reference: string): string => `${operation} ${reference}`;
