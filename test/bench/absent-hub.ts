import type { Hub } from "#experiences";

const notHere = (): never => {
  throw new Error("This node answers what the benchmark asks, and nothing else.");
};

/** What a hub node of a benchmark does without. */
export const absentHub = {
  orders: { submit: notHere, find: notHere, read: notHere, cancel: notHere, releaseHold: notHere },
  reservations: { reserve: notHere, read: notHere, extend: notHere, release: notHere },
  shipments: { read: notHere, document: notHere, correctAddress: notHere, replan: notHere },
  events: { read: notHere, end: notHere, listen: notHere },
  inbound: { keep: notHere },
  deadLetters: { list: notHere, retry: notHere, edit: notHere, skip: notHere, discard: notHere },
  systems: { list: notHere, close: notHere, open: notHere },
  stock: { compare: notHere, correct: notHere },
  snapshots: { take: notHere, mend: notHere, list: notHere, read: notHere, rejects: notHere, rejectedLines: notHere },
  movements: { take: notHere },
  webhooks: new Map(),
  dropShips: notHere,
  story: notHere,
  availability: notHere,
  availableToPromise: notHere,
  prices: notHere,
  readiness: notHere,
} satisfies Partial<Hub>;
