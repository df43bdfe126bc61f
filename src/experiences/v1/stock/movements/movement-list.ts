import { BranchCode, CrossdockError, Fault, findFaults, Instant, Sku, SystemCode } from "#contracts";
import { refusedWith, type Resubmit } from "#domains";
import { Type, type Static } from "typebox";
import { Compile } from "typebox/compile";
import type { MovementDesk, MovementResult } from "../../../hub.ts";
import { parseJsonBody } from "../../../json-body.ts";
import { isOnCalendar } from "../../../parameters.ts";
import { Sequence } from "../snapshots/stock-snapshot.ts";

const MOVEMENTS_MAX = 5000;
const Name = (description: string, example: string) =>
  Type.String({ pattern: "^[\\x21-\\x7e]{1,100}$", description, examples: [example] });

const Movement = Type.Object(
  {
    movementId: Name("The source's own id of 1 to 100 visible characters; the same again is a repeat.", "GR-MV-100231"),
    sequence: Sequence,
    sku: Sku,
    branch: BranchCode,
    quantity: Type.String({
      pattern: "^-?(?=.*[1-9])\\d{1,12}(\\.\\d{1,6})?$",
      description: "How much, in base units, written as a string; what leaves is negative, and none is zero.",
      examples: ["-4", "12.5"],
    }),
    kind: Type.Enum(["receipt", "issue", "adjustment", "transfer"]),
    reference: Type.Optional(
      Name("What it was made for. Of goods we shipped: the shipment, as the source was told of it.", "shp_01kavx3q9v"),
    ),
    occurredAt: Instant,
  },
  { $id: "StockMovement", additionalProperties: false },
);
export const MovementList = Type.Object(
  { source: SystemCode, movements: Type.Array(Movement, { minItems: 1, maxItems: MOVEMENTS_MAX }) },
  { $id: "StockMovementList", additionalProperties: false },
);
const isMovement = Compile(Movement);

export const outcomes = ["taken", "waits", "late", "repeated", "conflict", "rejected"] as const;
export const MovementAnswer = Type.Object(
  {
    movementId: Type.Optional(Type.String()),
    outcome: Type.Enum([...outcomes], {
      description:
        "`waits`: nobody stated the position yet, it counts from then on; `late`: contained in what was stated before it came; `conflict`: another movement has this id, and stands; `rejected`: `faults` say why.",
    }),
    faults: Type.Optional(Type.Array(Fault)),
  },
  { additionalProperties: false },
);
export type MovementAnswer = Static<typeof MovementAnswer>;

/** A list of which every movement was answered; `refused` are those that cannot be taken, as they came. */
export interface AnsweredList {
  readonly answers: readonly MovementAnswer[];
  readonly refused: { readonly source: string; readonly movements: readonly unknown[] };
  /** With pointers into `refused`. */
  readonly faults: readonly Fault[];
}

/** The list as a list, its movements not judged yet. Throws "malformed-body" and "invalid-document". */
export function readMovementList(body: Buffer): { readonly source: string; readonly movements: readonly unknown[] } {
  const value = parseJsonBody(body);
  const Outline = Type.Object(
    {
      source: SystemCode,
      movements: Type.Array(Type.Unknown(), { minItems: 1, maxItems: MOVEMENTS_MAX }),
    },
    { additionalProperties: false },
  );
  if (Compile(Outline).Check(value)) return value;
  const faults = findFaults(Outline, value);
  throw new CrossdockError("invalid-document", "This is no list of stock movements; nothing of it was taken.", {
    faults,
  });
}

function faultsOf(movement: unknown): readonly Fault[] {
  if (!isMovement.Check(movement)) return findFaults(Movement, movement);
  if (isOnCalendar(movement.occurredAt)) return [];
  return [{ path: "/occurredAt", expected: "an instant on the calendar", found: movement.occurredAt }];
}

/** Takes the movements that are movements. In the order they were sent; nothing of it is lost where it is sent again. */
export async function takeMovementList(desk: MovementDesk, body: Buffer): Promise<AnsweredList> {
  const { source, movements } = readMovementList(body);
  const judged = movements.map((given) => ({ given, faults: faultsOf(given) }));
  const good = judged.flatMap(({ given, faults }) => (faults.length === 0 && isMovement.Check(given) ? [given] : []));
  const results = (await desk.take(source, good)).values();
  const answers = judged.map(({ given, faults }) => answerOf(given, faults.length > 0 ? faults : results.next().value));
  const refused = judged.flatMap(({ given }, index) => {
    const { outcome, faults = [] } = answers[index] ?? { outcome: "taken" };
    return outcome === "rejected" || outcome === "conflict" ? [{ given, faults }] : [];
  });
  return {
    answers,
    refused: { source, movements: refused.map(({ given }) => given) },
    faults: refused.flatMap(({ faults }, index) =>
      faults.map((fault) => ({ ...fault, path: `/movements/${index}${fault.path}` })),
    ),
  };
}

function answerOf(given: unknown, judged: readonly Fault[] | MovementResult | undefined): MovementAnswer {
  const id = nameOf(given);
  const named = id === null ? {} : { movementId: id };
  if (judged === undefined) throw new CrossdockError("internal", "A movement got no answer.");
  if ("outcome" in judged)
    return { ...named, outcome: judged.outcome, ...(judged.faults.length > 0 ? { faults: [...judged.faults] } : {}) };
  return { ...named, outcome: "rejected", faults: [...judged] };
}

function nameOf(given: unknown): string | null {
  const id: unknown = given !== null && typeof given === "object" ? Reflect.get(given, "movementId") : null;
  return typeof id === "string" ? id : null;
}

/** A kept list, perhaps mended: those that were taken before are repeats. */
export const resubmitMovements =
  (desk: MovementDesk): Resubmit =>
  async (_document, body) => {
    try {
      const { answers, faults } = await takeMovementList(desk, body);
      if (faults.length === 0) return { taken: true, result: answers };
      return { taken: false, explanation: "Not every movement can be taken.", faults };
    } catch (error) {
      if (error instanceof CrossdockError && error.code !== "internal") return refusedWith(error);
      throw error;
    }
  };
