import { Type, type Static } from "typebox";
import { Compile } from "typebox/compile";

const Units = Type.String({ pattern: "^\\d{1,9}(\\.\\d{1,6})?$" });

/** What the hub releases: one wave of picking tasks at one facility, in Dockside's words. */
export const WaveRequest = Type.Object(
  {
    facility: Type.String({ minLength: 1 }),
    po: Type.Union([Type.String(), Type.Null()]),
    consignee: Type.Object({
      attn: Type.String(),
      firm: Type.Union([Type.String(), Type.Null()]),
      line1: Type.String(),
      city: Type.String(),
      st: Type.Union([Type.String(), Type.Null()]),
      zip: Type.String(),
      ctry: Type.String(),
    }),
    tasks: Type.Array(
      Type.Object({
        seq: Type.Integer({ minimum: 1 }),
        item: Type.String({ minLength: 1 }),
        units: Units,
        uom: Type.String(),
        lbs: Units,
      }),
      { minItems: 1 },
    ),
  },
  { additionalProperties: false },
);
export type WaveRequest = Static<typeof WaveRequest>;

/** Papers for the packers: what to stick on, what to hand to the driver. */
export const PapersRequest = Type.Object(
  {
    shipment: Type.String({ minLength: 1 }),
    carrier: Type.String(),
    tracking: Type.String({ minLength: 1 }),
    papers: Type.Array(
      Type.Object({ kind: Type.String(), fmt: Type.String(), enc: Type.String(), data: Type.String() }),
      { minItems: 1 },
    ),
  },
  { additionalProperties: false },
);
export type PapersRequest = Static<typeof PapersRequest>;

const PickedTask = Type.Object({
  seq: Type.Integer(),
  item: Type.String(),
  units: Type.String(),
  short: Type.String(),
});
export type PickedTask = Static<typeof PickedTask>;

const PackedUnit = Type.Object({
  sscc: Type.String(),
  type: Type.Enum(["CTN", "PLT"]),
  lbs: Type.String(),
  dims: Type.Object({ l: Type.String(), w: Type.String(), h: Type.String() }),
  nmfc: Type.Union([Type.String(), Type.Null()]),
  hazmat: Type.Boolean(),
  contents: Type.Array(Type.Object({ seq: Type.Integer(), item: Type.String(), units: Type.String() })),
});
export type PackedUnit = Static<typeof PackedUnit>;

const reference = { reference: Type.String() };

/** What has happened on the floor: the journal's facts. Papers are kept as counted, not as sent. */
export const Fact = Type.Union([
  Type.Object({ kind: Type.Literal("opened"), ...reference, wave: WaveRequest }),
  Type.Object({ kind: Type.Literal("picked"), ...reference, tasks: Type.Array(PickedTask) }),
  Type.Object({ kind: Type.Literal("packed"), ...reference, units: Type.Array(PackedUnit) }),
  Type.Object({
    kind: Type.Literal("papers"),
    ...reference,
    shipment: Type.String(),
    carrier: Type.String(),
    tracking: Type.String(),
  }),
  Type.Object({ kind: Type.Literal("loaded"), ...reference }),
  Type.Object({ kind: Type.Literal("halted"), ...reference }),
  Type.Object({ kind: Type.Literal("shortage"), item: Type.String(), units: Units }),
  Type.Object({ kind: Type.Literal("dock"), isClosed: Type.Boolean() }),
]);
export type Fact = Static<typeof Fact>;
const factReader = Compile(Fact);
export const parseFact = (value: unknown): Fact => factReader.Parse(value);

export type WaveStatus = "OPEN" | "PICKED" | "EMPTY" | "PACKED" | "LOADED" | "HALTED";

export interface Wave {
  readonly number: string;
  readonly request: WaveRequest;
  status: WaveStatus;
  tasks: readonly PickedTask[];
  units: readonly PackedUnit[];
  papers: { readonly shipment: string; readonly carrier: string; readonly tracking: string } | null;
}

/** The floor of all facilities. */
export interface Floor {
  readonly waves: Map<string, Wave>;
  /** What will be found missing when it is next picked, by item. */
  readonly shortages: Map<string, string>;
  /** What was halted before it was known: a release that comes late finds it here. */
  readonly haltedBeforehand: Set<string>;
  /** While the dock is closed nothing is loaded. */
  isDockClosed: boolean;
  packed: number;
}

export const emptyFloor = (): Floor => ({
  waves: new Map(),
  shortages: new Map(),
  haltedBeforehand: new Set(),
  isDockClosed: false,
  packed: 0,
});

const found = (tasks: readonly PickedTask[]) => tasks.some(({ units }) => Number(units) > 0);

export function keepFloor(floor: Floor, fact: Fact): void {
  if (fact.kind === "shortage") floor.shortages.set(fact.item, fact.units);
  else if (fact.kind === "dock") floor.isDockClosed = fact.isClosed;
  else if (fact.kind === "opened") {
    const number = `W-${String(floor.waves.size + 1).padStart(6, "0")}`;
    floor.waves.set(fact.reference, { number, request: fact.wave, status: "OPEN", tasks: [], units: [], papers: null });
  } else {
    const wave = floor.waves.get(fact.reference);
    if (wave) keepWave(floor, wave, fact);
    else if (fact.kind === "halted") floor.haltedBeforehand.add(fact.reference);
  }
}

function keepWave(floor: Floor, wave: Wave, fact: Exclude<Fact, { kind: "opened" | "shortage" | "dock" }>): void {
  switch (fact.kind) {
    case "picked":
      wave.tasks = fact.tasks;
      wave.status = found(fact.tasks) ? "PICKED" : "EMPTY";
      for (const { item, short } of fact.tasks) if (Number(short) > 0) floor.shortages.delete(item);
      return;
    case "packed":
      wave.units = fact.units;
      wave.status = "PACKED";
      floor.packed += fact.units.length;
      return;
    case "papers":
      wave.papers = { shipment: fact.shipment, carrier: fact.carrier, tracking: fact.tracking };
      return;
    case "loaded":
      wave.status = "LOADED";
      return;
    case "halted":
      wave.status = "HALTED";
  }
}
