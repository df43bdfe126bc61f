import { setImmediate as nextTurn } from "node:timers/promises";
import { CrossdockError } from "#contracts";
import type { Clock } from "#platform";
import type { OrderIntake } from "./order-intake.ts";
import type { SubmitRequest, SubmitResult } from "./submission.ts";

/** Gathers single submits of concurrent callers into lists: the gain comes from the batch, not from fewer round trips. */
export interface SubmitQueue {
  /** Answers when the order's list is committed. Refuses with "overloaded" when too many wait already. */
  submit(request: SubmitRequest): Promise<SubmitResult>;
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

interface Waiting {
  readonly request: SubmitRequest;
  readonly answer: (result: SubmitResult) => void;
  readonly fail: (error: unknown) => void;
}

function answerEach(list: readonly Waiting[], results: readonly SubmitResult[]): void {
  for (const [index, { answer, fail }] of list.entries()) {
    const result = results[index];
    if (result) answer(result);
    else fail(new CrossdockError("internal", "The intake gave no answer for an order."));
  }
}

/**
 * A list costs something whatever its length. So where orders come in a stream, one list gathers while the other is under way: half the rate is then far
 * from half the cost of the whole. Only a lone order or two, and crowds, have others go beside them. Who comes alone waits for nobody.
 */
export function createSubmitQueue(intake: OrderIntake, options: SubmitQueueOptions): SubmitQueue {
  const { clock, windowMs = 2, quietMs = 2, listMax = 200, waitingMax = 10_000 } = options;
  const { few = 3, crowd = 32, places = 3 } = options;
  let waiting: Waiting[] = [];
  let inFlight = 0;
  let ordersUnderWay = 0;
  let ownPlaces = places;
  let isGathering = false;
  /** When somebody last came, or several were answered, who come back. */
  let stirredMs = Number.NEGATIVE_INFINITY;
  let idle: (() => void)[] = [];

  /** So many wait that they are a list by themselves: everybody there is, parted by the places, and no fewer than are worth it. */
  function isCrowd(): boolean {
    const share = Math.ceil((waiting.length + ordersUnderWay) / ownPlaces);
    return waiting.length >= Math.min(listMax, Math.max(crowd, share));
  }
  const hasPlace = (): boolean => inFlight < (ordersUnderWay <= few ? 2 : 1);

  /** Notes that somebody comes; answers whether he is alone. */
  function comesAlone(): boolean {
    const nowMs = clock.now().getTime();
    const isAlone = inFlight === 0 && waiting.length === 0 && nowMs - stirredMs > quietMs;
    stirredMs = nowMs;
    return isAlone;
  }

  function pump(): void {
    if (waiting.length === 0) {
      if (inFlight === 0) for (const resolve of idle.splice(0)) resolve();
      return;
    }
    if (inFlight < ownPlaces && isCrowd()) send();
    else if (hasPlace() && !isGathering) void gather(clock.sleep(windowMs));
  }

  function send(): void {
    const list = waiting.slice(0, listMax);
    waiting = waiting.slice(listMax);
    void deliver(list);
    pump();
  }

  async function gather(company: Promise<void>): Promise<void> {
    isGathering = true;
    await company;
    isGathering = false;
    if (waiting.length > 0 && hasPlace()) send();
  }

  async function deliver(list: readonly Waiting[]): Promise<void> {
    inFlight += 1;
    ordersUnderWay += list.length;
    try {
      answerEach(list, await intake.submit(list.map(({ request }) => request)));
    } catch (error) {
      for (const { fail } of list) fail(error);
    } finally {
      inFlight -= 1;
      ordersUnderWay -= list.length;
      if (list.length > 1) stirredMs = clock.now().getTime();
      pump();
    }
  }

  return {
    submit(request) {
      if (waiting.length >= waitingMax) {
        return Promise.reject(
          new CrossdockError("overloaded", `${waiting.length} orders wait to be taken; send again in a second.`),
        );
      }
      return new Promise((answer, fail) => {
        const isAlone = comesAlone();
        waiting.push({ request, answer, fail });
        // Not before the rest of what is handed in at once: it would overtake him.
        if (isAlone) void gather(nextTurn());
        else pump();
      });
    },
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
