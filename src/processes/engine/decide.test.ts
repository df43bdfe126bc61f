import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SalesOrderShipped, TimerElapsed } from "#contracts";
import { createBatch, decideAll, keyOf, offer, settle, take, type Batch } from "./batch.ts";
import { cells, decide } from "./decide.ts";
import { parcels, saw, utters, when, type ParcelState } from "./fixtures/parcels.ts";
import { mermaid } from "./mermaid.ts";
import { stay, type Process, type Transition } from "./process.ts";
import { compileProcess } from "./table.ts";

const pack = utters("pack", saw.Packed);
const table = [
  when("received", saw.Packed, "packed", pack),
  when("packed", saw.Sent, "sent"),
  when("packed", TimerElapsed, "lost"),
  when("sent", saw.Arrived, "arrived"),
  when(["received", "packed", "sent"], saw.Counted, stay),
  when(["received", "packed", "sent"], saw.Lost, "lost"),
];
const good = compileProcess(
  parcels({
    transitions: table,
    ignored: [{ in: "packed", event: saw.Arrived, because: "It cannot have arrived unsent." }],
  }),
);

describe("deciding", () => {
  it.each([
    [null, saw.Received.type, "moved", "received"],
    [null, saw.Sent.type, "held", /before the process began; "packed" will take it/],
    [null, SalesOrderShipped.type, "ignored", /no state of it would take this/],
    ["received", saw.Packed.type, "moved", "packed"],
    ["received", saw.Received.type, "ignored", /Neither "received" nor any state that can still come/],
    ["received", saw.Arrived.type, "held", /"sent" will take it/],
    ["received", TimerElapsed.type, "overdue", /lasts longer than it should/],
    ["packed", TimerElapsed.type, "moved", "lost"],
    ["packed", saw.Packed.type, "ignored", /Neither/],
    ["packed", saw.Arrived.type, "ignored", "It cannot have arrived unsent."],
    ["sent", saw.Counted.type, "moved", "sent"],
    ["arrived", saw.Lost.type, "ignored", /final/],
  ] as const)("in %s, %s is %s", (state, type, outcome, detail) => {
    const decision = decide(good, state, type);
    expect(decision.outcome).toBe(outcome);
    const found = decision.outcome === "moved" ? decision.to : decision.because;
    if (typeof detail === "string") expect(found).toBe(detail);
    else expect(found).toMatch(detail);
  });

  it("has exactly one answer for every cell", () => {
    const all = cells(good);
    expect(all).toHaveLength(6 * 7 - 1);
    expect(new Set(all.map(({ state, event }) => `${state} ${event}`)).size).toBe(all.length);
  });

  it("draws the table", () => {
    expect(mermaid(good)).toContain("received --> packed: packed / pack");
    expect(mermaid(good)).toContain("arrived --> [*]");
  });
});

describe("a table with holes", () => {
  const without = (change: Partial<Process<ParcelState>>) => () =>
    compileProcess(parcels({ transitions: table, ...change }));

  it.each<[string, () => unknown, RegExp]>([
    [
      "two rows for a cell",
      without({ transitions: [...table, when("sent", saw.Arrived, "lost")] }),
      /"sent" has two rows for parcel\.arrived/,
    ],
    [
      "a dead end",
      without({ transitions: table.filter(({ from }) => !from.includes("sent")) }),
      /"sent" is a dead end/,
    ],
    ["a state out of reach", without({ transitions: table.slice(1) }), /"packed" cannot be reached from "received"/],
    ["a state without patience", without({ patience: { received: "1h", packed: "1h" } }), /"sent" has no patience/],
    ["a final state with a row", without({ final: ["arrived", "lost", "sent"] }), /"sent" is final and has a row/],
    [
      "an override beside a row",
      without({ held: [{ in: "sent", event: saw.Arrived, because: "x" }] }),
      /a row and an override/,
    ],
    ["nothing that starts it", without({ starts: [] }), /Nothing starts it/],
    [
      "two reactions of one name",
      without({ transitions: [...table, when("sent", saw.Packed, stay, utters("pack", saw.Sent))] }),
      /Two different reactions are called "pack"/,
    ],
  ])("is refused for %s", (_what, compile, message) => {
    expect(compile).toThrow(message);
  });

  it("is refused with all its faults at once", () => {
    expect(without({ starts: [], patience: {} })).toThrow(
      /Nothing starts it\.[^]*"received" has no patience[^]*"packed" has no patience/,
    );
  });
});

/** A random table that passes the checks, over states s0 ... s4 (the last final) and four kinds of event. */
const kinds = [saw.Received, saw.Packed, saw.Sent, saw.Counted];
const randomTable = fc
  .array(fc.array(fc.option(fc.integer({ min: 0, max: 4 }), { nil: null }), { minLength: 4, maxLength: 4 }), {
    minLength: 4,
    maxLength: 4,
  })
  .map((rows): Process => {
    const transitions = rows.flatMap((row, from) =>
      row.flatMap((to, event): Transition[] => {
        const kind = kinds[event];
        return to === null || !kind ? [] : [{ from: [`s${from}`], event: kind, to: `s${to}`, reactions: [] }];
      }),
    );
    // A way through, so that nothing is out of reach or a dead end.
    const way = [0, 1, 2, 3].map((from): Transition => ({
      from: [`s${from}`],
      event: saw.Arrived,
      to: `s${from + 1}`,
      reactions: [],
    }));
    const patience = { s0: "1h", s1: "1h", s2: "1h", s3: "1h" } as const;
    return {
      ...parcels({ transitions: [] }),
      initial: "s0",
      final: ["s4"],
      patience,
      transitions: [...transitions, ...way],
    };
  });

/** Decides facts one batch after the other as `cuts` says, on one instance, and tells how it ends. */
function endOf(
  process: Process,
  types: readonly string[],
  cuts: readonly number[],
): { state: string | null; held: readonly string[] } {
  const compiled = compileProcess(process);
  const processes = new Map([[process.name, compiled]]);
  const now = new Date(0);
  const start = {
    process: process.name,
    instanceId: "p",
    correlationId: "c",
    partition: 1,
    enteredAt: now,
    dueAt: null,
  };
  let stored: Parameters<typeof take>[1] = { ...start, state: null, version: 0, blocked: false, held: [] };
  const facts = types.map((type, index) => {
    const event = {
      id: `${index}`,
      type,
      source: "",
      subject: "p",
      time: now,
      correlationId: "c",
      causationId: null,
      data: {},
    };
    const fact = { partition: 1, process: process.name, instanceId: "p", event };
    return { key: keyOf(process.name, "p"), fact, from: "inbox" as const, ctid: `${index}` };
  });
  for (let from = 0, cut = 0; from < facts.length; cut += 1) {
    const to = Math.min(facts.length, from + (cuts[cut] ?? facts.length));
    const batch: Batch = createBatch(processes, [1], now);
    take(batch, stored);
    offer(batch, facts.slice(from, to));
    for (let round = 0; batch.active.size > 0 && round < 100; round += 1) {
      decideAll(batch);
      batch.drafts = [];
      settle(batch);
    }
    const instance = batch.instances.get(keyOf(process.name, "p"));
    if (instance) stored = { ...stored, state: instance.state, held: instance.held, version: 1 };
    from = to;
  }
  return { state: stored.state, held: stored.held.map(({ event }) => event.type) };
}

describe("whatever the table", () => {
  const types = [...kinds, saw.Arrived].map(({ type }) => type);
  const run = fc.array(fc.constantFrom(...types), { maxLength: 12 });

  it("comes to the same end however the facts are cut into batches", () => {
    fc.assert(
      fc.property(randomTable, run, fc.array(fc.integer({ min: 1, max: 4 })), (process, facts, cuts) => {
        expect(endOf(process, facts, cuts)).toEqual(endOf(process, facts, []));
      }),
      { numRuns: 300 },
    );
  });

  it("holds nothing that the state it rests in would take, or never will", () => {
    fc.assert(
      fc.property(randomTable, run, (process, facts) => {
        const { state, held } = endOf(process, facts, []);
        const compiled = compileProcess(process);
        for (const type of held) expect(decide(compiled, state, type).outcome).toBe("held");
      }),
      { numRuns: 300 },
    );
  });

  it("brings a story that only goes forward to the same end in whichever order its facts arrive", () => {
    const forward = [saw.Received, saw.Packed, saw.Sent, saw.Arrived];
    const process = parcels({
      transitions: [
        when("received", saw.Packed, "packed"),
        when("packed", saw.Sent, "sent"),
        when("sent", saw.Arrived, "arrived"),
        when("sent", saw.Lost, "lost"),
      ],
    });
    fc.assert(
      fc.property(fc.shuffledSubarray(forward, { minLength: 4 }), (order) => {
        expect(
          endOf(
            process,
            order.map(({ type }) => type),
            [1, 1, 1, 1],
          ),
        ).toEqual({ state: "arrived", held: [] });
      }),
    );
  });
});
