import { BranchCode, Decimal, Instant, NonNegativeDecimal, Sku, SystemCode, idOf } from "#contracts";
import { snapshotPhases, snapshotStatuses, type SnapshotRecord } from "#domains";
import type { TakenSnapshot } from "#processes";
import { Type, type Static } from "typebox";

export const SnapshotId = idOf("snap");
/** Of the same row as those of the source's movements and levels. */
export const Sequence = Type.String({
  pattern: "^\\d{1,30}$",
  description: "A whole number of at most 30 digits that grows with every change of the source.",
  examples: ["20261123140500"],
});
export const MissingPositions = Type.Enum(["zero", "left-alone"], {
  description:
    "What becomes of positions of the source, in the branches spoken of, that the snapshot does not name: nothing is there, or it says nothing of them.",
});

const Count = (description: string) => Type.Integer({ minimum: 0, description });

const snapshotFields = {
  snapshotId: SnapshotId,
  status: Type.Enum([...snapshotStatuses], {
    description:
      "`repeated`: all it speaks of was stated at this sequence or a later one already; `compared`: a dry run; `broken-off`: `failure` says why, and nothing counts as stated by it.",
  }),
  source: SystemCode,
  sequence: Sequence,
  asOf: Instant,
  branches: Type.Union([Type.Array(BranchCode), Type.Null()], { description: "Null: all of the source's." }),
  missingPositions: MissingPositions,
  dryRun: Type.Boolean(),
  door: Type.Enum(["api", "folder"]),
  sentBy: Type.String({ description: "Who called, or the file." }),
  format: Type.Enum(["csv", "ndjson"]),
  begunAt: Instant,
  endedAt: Type.Union([Instant, Type.Null()]),
  progress: Type.Union(
    [
      Type.Object(
        {
          phase: Type.Enum([...snapshotPhases], {
            description: "`waiting`: an earlier snapshot of the source is still under way.",
          }),
          bytesRead: Count("As sent."),
          bytesTotal: Type.Union([Type.Integer(), Type.Null()], { description: "Null: not announced." }),
          toldAt: Instant,
        },
        { additionalProperties: false },
      ),
      Type.Null(),
    ],
    { description: "While it runs, told every second." },
  ),
  received: Count("Lines, without the header and empty ones."),
  changed: Count("Positions that are different now; of a dry run, would be."),
  dropped: Count("Positions of which something newer was known."),
  rejected: Count("Lines that could not be taken."),
  missing: Count("Known positions of the source that were not named."),
  zeroed: Count("Of these, set to nothing on hand."),
  missingKeptBecause: Type.Union([Type.String(), Type.Null()], {
    description: "Why missing positions were left alone although they were to be zeroed.",
  }),
  failure: Type.Union([Type.String(), Type.Null()]),
  mends: Type.Union([SnapshotId, Type.Null()], {
    description: "The snapshot of which it states anew what could not be taken.",
  }),
  mendedBy: Type.Array(SnapshotId),
  rejects: Type.String({
    description: "Where the lines that could not be taken are.",
    examples: ["/v1/stock/snapshots/snap_01kavx3q9v8d5n2m7r4t6w8y0z/rejects"],
  }),
};

export const StockSnapshot = Type.Object(snapshotFields, { $id: "StockSnapshot", additionalProperties: false });

const Figures = Type.Object(
  {
    onHand: Decimal,
    safetyStock: NonNegativeDecimal,
    inbound: Type.Array(
      Type.Object({ expectedOn: Type.String(), quantity: NonNegativeDecimal }, { additionalProperties: false }),
    ),
  },
  { additionalProperties: false },
);

export const TakenStockSnapshot = Type.Object(
  {
    ...snapshotFields,
    differences: Type.Optional(
      Type.Array(
        Type.Object(
          {
            sku: Sku,
            branch: BranchCode,
            line: Type.Union([Type.Integer(), Type.Null()], { description: "Null: the snapshot does not name it." }),
            before: Type.Union([Figures, Type.Null()], { description: "Null: the position is not known yet." }),
            after: Figures,
          },
          { additionalProperties: false },
        ),
        { description: "Of a dry run: the first positions that would be different." },
      ),
    ),
  },
  { $id: "TakenStockSnapshot", additionalProperties: false },
);

const instantOrNull = (at: Date | null): string | null => at?.toISOString() ?? null;

export function toStockSnapshot(record: SnapshotRecord): Static<typeof StockSnapshot> {
  const {
    isDryRun,
    header,
    asOf,
    begunAt,
    endedAt,
    phase,
    bytesRead,
    bytesTotal,
    toldAt,
    branches,
    mendedBy,
    ...same
  } = record;
  const isRunning = record.status === "running";
  return {
    ...same,
    asOf: asOf.toISOString(),
    branches: branches && [...branches],
    dryRun: isDryRun,
    format: header === null ? "ndjson" : "csv",
    begunAt: begunAt.toISOString(),
    endedAt: instantOrNull(endedAt),
    progress: isRunning && phase && toldAt ? { phase, bytesRead, bytesTotal, toldAt: toldAt.toISOString() } : null,
    mendedBy: [...mendedBy],
    rejects: `/v1/stock/snapshots/${record.snapshotId}/rejects`,
  };
}

export function toTakenSnapshot({ record, differences }: TakenSnapshot): Static<typeof TakenStockSnapshot> {
  const told = differences.map(({ sku, branch, line, before, after }) => ({
    sku,
    branch,
    line,
    before: before && { ...before, inbound: [...before.inbound] },
    after: { ...after, inbound: [...after.inbound] },
  }));
  return { ...toStockSnapshot(record), ...(record.isDryRun ? { differences: told } : {}) };
}
