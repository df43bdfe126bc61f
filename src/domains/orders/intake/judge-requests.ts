import { CorrelationId, type Fault } from "#contracts";
import { fingerprintOfText, type Ids } from "#platform";
import { Compile } from "typebox/compile";
import type { checkDraft } from "./check-draft.ts";
import type { Candidate } from "./decide-order.ts";
import { draftShapeFaults } from "./draft-shape.ts";
import { channelNumberOf, conflictWith, type Original } from "./originals.ts";
import type { WrittenRequest } from "./submission.ts";

/** What becomes of one request, before stock and credit. `same-as`: an earlier one of this list was the same order. */
export type Judgement =
  | { readonly is: "candidate"; readonly candidate: Candidate }
  | { readonly is: "rejected"; readonly faults: readonly Fault[] }
  | { readonly is: "repeat"; readonly original: Original }
  | { readonly is: "same-as"; readonly candidate: Candidate }
  | { readonly is: "conflict"; readonly faults: readonly Fault[]; readonly salesOrderId: string };

/** A request whose draft was checked by itself: what is wrong with it, or what would be written. */
export interface CheckedRequest {
  readonly request: WrittenRequest;
  readonly checked: ReturnType<typeof checkDraft>;
}

export interface JudgeContext {
  readonly ids: Ids;
  readonly originals: readonly Original[];
}

const correlationId = Compile(CorrelationId);
const KEY_LENGTH_MAX = 255;

/** What is wrong with a request before anything is looked up. */
export function requestFaults({ draft, draftText, idempotencyKey, correlationId: story }: WrittenRequest): Fault[] {
  const faults = draftShapeFaults(draft, draftText);
  if (!/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(idempotencyKey) || idempotencyKey.length > KEY_LENGTH_MAX) {
    faults.push({ path: "/idempotencyKey", expected: `1 to ${KEY_LENGTH_MAX} printable ASCII characters` });
  }
  if (story !== undefined && !correlationId.Check(story)) {
    faults.push({ path: "/correlationId", expected: "1 to 100 printable ASCII characters without blanks" });
  }
  return faults;
}

/** Judges a list in the order in which it came: the key and the number an earlier request takes up a later one finds taken. */
export function judgeRequests(requests: readonly CheckedRequest[], context: JudgeContext): Judgement[] {
  const taken = takenNumbers(context.originals);
  return requests.map(({ request, checked }) => {
    const before = taken.find(request);
    if (before) return before;
    if ("faults" in checked) return { is: "rejected", faults: checked.faults };
    const salesOrderId = context.ids.next("so");
    const candidate: Candidate = {
      request,
      fingerprint: fingerprintOfText(request.draftText),
      salesOrderId,
      correlationId: request.correlationId ?? salesOrderId,
      checked,
      holds: checked.holds,
    };
    taken.add(candidate);
    return { is: "candidate", candidate };
  });
}

interface TakenNumbers {
  find(request: WrittenRequest): Judgement | null;
  add(candidate: Candidate): void;
}

function takenNumbers(originals: readonly Original[]): TakenNumbers {
  const originalByKey = new Map(originals.map((original) => [original.idempotencyKey, original]));
  const originalByNumber = new Map(originals.map((original) => [channelNumberOf(original), original]));
  const candidateByKey = new Map<string, Candidate>();
  const candidateByNumber = new Map<string, Candidate>();
  return {
    find({ draft, draftText, idempotencyKey }) {
      const original = originalByKey.get(idempotencyKey) ?? originalByNumber.get(channelNumberOf(draft));
      if (original) {
        const faults = conflictWith(original, { draft, draftText });
        return faults ? { is: "conflict", faults, salesOrderId: original.salesOrderId } : { is: "repeat", original };
      }
      const candidate = candidateByKey.get(idempotencyKey) ?? candidateByNumber.get(channelNumberOf(draft));
      if (!candidate) return null;
      const faults = conflictWith(
        { fingerprint: candidate.fingerprint, draft: candidate.request.draft },
        { draft, draftText },
      );
      return faults ? { is: "conflict", faults, salesOrderId: candidate.salesOrderId } : { is: "same-as", candidate };
    },
    add(candidate) {
      const { request } = candidate;
      candidateByKey.set(request.idempotencyKey, candidate);
      candidateByNumber.set(channelNumberOf(request.draft), candidate);
    },
  };
}
