import { setImmediate as nextTurn } from "node:timers/promises";
import { CrossdockError } from "#contracts";
import type { Clock } from "#platform";
import type { OrderIntake } from "./order-intake.ts";
import type { SubmitRequest, SubmitResult } from "./submission.ts";

/** Gathers what concurrent callers submit into lists: the gain comes from the batch, not from fewer round trips. */
export interface SubmitQueue {
  /**
   * Answers when the orders are committed. Those of one call are decided in their order: the first of a number, of scarce goods, of a purchase order comes
   * first. Refuses with "overloaded" when too many wait already.
   */
  submit(requests: readonly SubmitRequest[]): Promise<readonly SubmitResult[]>;
  /** Resolves when nothing waits or is under way. */
  drained(): Promise<void>;
  /** The places of lists are the database's: so many nodes share them. */
  shareAmong(nodes: number): void;
}

export interface SubmitQueueOptions {
  readonly clock: Clock;
  /** How long a list waits for company while a place is free: also one that gathered while another was under way, whose senders come back now. */
  readonly windowMs?: number;
  /** Who comes after so long without anybody, coming or answered together, has no company to wait for: he goes at once. */
  readonly quietMs?: number;
  readonly listMax?: number;
  /** With so few orders under way nobody waits for them: a second list goes beside them. */
  readonly few?: number;
  /** So many are worth what a list costs by itself: they go at once, beside others. */
  readonly crowd?: number;
  /** So many lists are under way at most, of all nodes: one is decided, one is written and one waits for the disk. */
  readonly places?: number;
  readonly waitingMax?: number;
}

/** What came in one call, and is never parted. */
interface Party {
  readonly requests: readonly SubmitRequest[];
  readonly answer: (results: readonly SubmitResult[]) => void;
  readonly fail: (error: unknown) => void;
}

function answerEach(parties: readonly Party[], results: readonly SubmitResult[]): void {
  let from = 0;
  for (const { requests, answer, fail } of parties) {
    const own = results.slice(from, (from += requests.length));
    if (own.length === requests.length) answer(own);
    else fail(new CrossdockError("internal", "The intake gave no answer for an order."));
  }
}

/** To be called when somebody comes, or several are answered, who come back; answers whether it was quiet before. */
function createStir(clock: Clock, quietMs: number): () => boolean {
  let stirredMs = Number.NEGATIVE_INFINITY;
  return () => {
    const nowMs = clock.now().getTime();
    const wasQuiet = nowMs - stirredMs > quietMs;
    stirredMs = nowMs;
    return wasQuiet;
  };
}

/** As many as make a list, and one at least. */
function firstOf(parties: readonly Party[], listMax: number): readonly Party[] {
  let orders = 0;
  const end = parties.findIndex(({ requests }) => (orders += requests.length) > listMax);
  return end < 0 ? parties : parties.slice(0, Math.max(1, end));
}

/** What is too long for a list goes part behind part. */
async function inParts(
  requests: readonly SubmitRequest[],
  size: number,
  submit: (part: readonly SubmitRequest[]) => Promise<readonly SubmitResult[]>,
): Promise<readonly SubmitResult[]> {
  if (requests.length <= size) return submit(requests);
  const first = await submit(requests.slice(0, size));
  return [...first, ...(await inParts(requests.slice(size), size, submit))];
}

/**
 * A list costs something whatever its length. So where orders come in a stream, one list gathers while the other is under way: half the rate is then far
 * from half the cost of the whole. Only a lone order or two, and crowds, have others go beside them. Who comes alone waits for nobody.
 */
export function createSubmitQueue(intake: OrderIntake, options: SubmitQueueOptions): SubmitQueue {
  const { clock, windowMs = 2, quietMs = 2, listMax = 200, waitingMax = 10_000 } = options;
  const { few = 3, crowd = 32, places = 3 } = options;
  let waiting: Party[] = [];
  let ordersWaiting = 0;
  let inFlight = 0;
  let ordersUnderWay = 0;
  let ownPlaces = places;
  let isGathering = false;
  const stir = createStir(clock, quietMs);
  let idle: (() => void)[] = [];

  /** So many wait that they are a list by themselves: everybody there is, parted by the places, and no fewer than are worth it. */
  function isCrowd(): boolean {
    const share = Math.ceil((ordersWaiting + ordersUnderWay) / ownPlaces);
    return ordersWaiting >= Math.min(listMax, Math.max(crowd, share));
  }
  const hasPlace = (): boolean => inFlight < (ordersUnderWay <= few ? 2 : 1);

  function pump(): void {
    if (waiting.length === 0) {
      if (inFlight === 0) for (const resolve of idle.splice(0)) resolve();
      return;
    }
    if (inFlight < ownPlaces && isCrowd()) send();
    else if (hasPlace() && !isGathering) void gather(clock.sleep(windowMs));
  }

  function send(): void {
    const parties = firstOf(waiting, listMax);
    const requests = parties.flatMap((party) => party.requests);
    waiting = waiting.slice(parties.length);
    ordersWaiting -= requests.length;
    void deliver(parties, requests);
    pump();
  }

  async function gather(company: Promise<void>): Promise<void> {
    isGathering = true;
    await company;
    isGathering = false;
    if (waiting.length > 0 && hasPlace()) send();
  }

  async function deliver(parties: readonly Party[], requests: readonly SubmitRequest[]): Promise<void> {
    inFlight += 1;
    ordersUnderWay += requests.length;
    try {
      answerEach(parties, await intake.submit(requests));
    } catch (error) {
      for (const { fail } of parties) fail(error);
    } finally {
      inFlight -= 1;
      ordersUnderWay -= requests.length;
      if (parties.length > 1) stir();
      pump();
    }
  }

  function enqueue(requests: readonly SubmitRequest[]): Promise<readonly SubmitResult[]> {
    if (ordersWaiting + requests.length > waitingMax)
      throw new CrossdockError("overloaded", `${ordersWaiting} orders wait to be taken; send again in a second.`);
    return new Promise((answer, fail) => {
      const isAlone = stir() && inFlight === 0 && waiting.length === 0;
      waiting.push({ requests, answer, fail });
      ordersWaiting += requests.length;
      // Not before the rest of what is handed in at once: it would overtake him.
      if (isAlone) void gather(nextTurn());
      else pump();
    });
  }

  return {
    submit: (requests) => inParts(requests, listMax, enqueue),
    shareAmong(nodes) {
      ownPlaces = Math.ceil(places / Math.max(1, nodes));
      pump();
    },
    drained: () =>
      new Promise((resolve) => {
        idle.push(resolve);
        pump();
      }),
  };
}
