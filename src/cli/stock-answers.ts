import { Type, type Static } from "typebox";
import { Value } from "typebox/value";
import { paint, table } from "./terminal.ts";

const Nullable = Type.Union([Type.String(), Type.Null()]);
const Figures = Type.Object({ onHand: Type.String(), safetyStock: Type.String() });
const Snapshot = Type.Object({
  snapshotId: Type.String(),
  status: Type.String(),
  source: Type.String(),
  sequence: Type.String(),
  asOf: Type.String(),
  branches: Type.Union([Type.Array(Type.String()), Type.Null()]),
  begunAt: Type.String(),
  sentBy: Type.String(),
  received: Type.Integer(),
  changed: Type.Integer(),
  dropped: Type.Integer(),
  rejected: Type.Integer(),
  missing: Type.Integer(),
  zeroed: Type.Integer(),
  missingKeptBecause: Nullable,
  failure: Nullable,
  mends: Nullable,
  progress: Type.Union([
    Type.Object({
      phase: Type.String(),
      bytesRead: Type.Number(),
      bytesTotal: Type.Union([Type.Number(), Type.Null()]),
    }),
    Type.Null(),
  ]),
  differences: Type.Optional(
    Type.Array(
      Type.Object({
        sku: Type.String(),
        branch: Type.String(),
        line: Type.Union([Type.Integer(), Type.Null()]),
        before: Type.Union([Figures, Type.Null()]),
        after: Figures,
      }),
    ),
  ),
});
export type ToldSnapshot = Static<typeof Snapshot>;
const Page = Type.Object({ snapshots: Type.Array(Snapshot) });
const Rejects = Type.Object({
  rejects: Type.Array(Type.Object({ line: Type.Integer(), reason: Type.String(), content: Type.String() })),
  cursor: Type.Union([Type.Integer(), Type.Null()]),
});
export type ToldRejects = Static<typeof Rejects>;

const unreadable = (what: string) => new Error(`The hub's answer about ${what} could not be read.`);

export function readSnapshotAnswer(answer: unknown): ToldSnapshot {
  if (!Value.Check(Snapshot, answer)) throw unreadable("a snapshot");
  return answer;
}
export function readSnapshotPage(answer: unknown): readonly ToldSnapshot[] {
  if (!Value.Check(Page, answer)) throw unreadable("its snapshots");
  return answer.snapshots;
}
export function readRejectsPage(answer: unknown): ToldRejects {
  if (!Value.Check(Rejects, answer)) throw unreadable("what it could not take");
  return answer;
}

const count = (many: number) => many.toLocaleString("en-US");
const spokenOf = ({ branches }: ToldSnapshot) => branches?.join(", ") ?? "all branches";
const colours: Readonly<Record<string, "green" | "yellow" | "red" | "cyan">> = {
  applied: "green",
  compared: "cyan",
  running: "cyan",
  repeated: "yellow",
  "broken-off": "red",
};
const status = ({ status: word }: ToldSnapshot) => paint(colours[word] ?? "yellow", word);

function countsOf({ status: word, received, changed, dropped, rejected, missing, zeroed }: ToldSnapshot): string {
  const would = word === "compared" ? "would change" : "changed";
  const named =
    missing === 0 ? [] : [`${count(missing)} not named`, ...(zeroed ? [`${count(zeroed)} of these zeroed`] : [])];
  const parts = [`${count(received)} received`, `${count(changed)} ${would}`, `${count(dropped)} known newer`];
  return [...parts, `${count(rejected)} rejected`, ...named].join(", ");
}

const figures = (told: Static<typeof Figures> | null) =>
  told === null ? "unknown" : `${told.onHand} (safety ${told.safetyStock})`;

/** What became of a snapshot, a line a thing. */
export function reportOf(snapshot: ToldSnapshot): readonly string[] {
  const { snapshotId, source, sequence, asOf, differences = [], rejected, missingKeptBecause, mends } = snapshot;
  const rows = differences.map(({ sku, branch, line, before, after }) => [
    `    ${sku}@${branch}`,
    figures(before),
    "->",
    figures(after),
    line === null ? "not named" : `line ${line}`,
  ]);
  return [
    `${paint("bold", snapshotId)}  ${status(snapshot)}: ${source} at ${sequence}, as of ${asOf}, ${spokenOf(snapshot)}${mends ? `, mends ${mends}` : ""}`,
    `  ${countsOf(snapshot)}`,
    ...(rows.length > 0 ? [table(rows)] : []),
    ...(missingKeptBecause ? [paint("yellow", `  Nothing was zeroed: ${missingKeptBecause}`)] : []),
    ...(snapshot.status === "repeated"
      ? [
          paint(
            "yellow",
            "  All it speaks of was stated at this sequence or a later one already: nothing of it was read.",
          ),
        ]
      : []),
    ...(rejected > 0
      ? [paint("cyan", `  What could not be taken, and why: npx crossdock stock rejects ${snapshotId}`)]
      : []),
  ];
}

const percent = (part: number, of: number | null) => (of ? ` ${Math.floor((100 * part) / of)} %` : "");

/** Snapshots as a table, the newest first. */
export function tableOf(snapshots: readonly ToldSnapshot[]): string {
  const rows = snapshots.map((snapshot) => {
    const { snapshotId, source, sequence, begunAt, sentBy, progress, failure } = snapshot;
    const far = progress ? `${progress.phase}${percent(progress.bytesRead, progress.bytesTotal)}` : "";
    const told = [far, countsOf(snapshot), failure ?? ""].filter((part) => part !== "").join("; ");
    return [snapshotId, begunAt.slice(0, 19).replace("T", " "), source, sequence, sentBy, snapshot.status, told];
  });
  return table(rows);
}

export function rejectsOf({ rejects, cursor }: ToldRejects, snapshotId: string): readonly string[] {
  if (rejects.length === 0) return [paint("green", "None: every line was taken.")];
  const rows = rejects.map(({ line, reason, content }) => [`  line ${line}`, reason, paint("dim", content)]);
  return [
    table(rows),
    ...(cursor === null ? [] : [paint("dim", "  ... and more.")]),
    paint("cyan", `  All of them as they came: npx crossdock stock rejects ${snapshotId} --out FILE`),
    paint("cyan", `  Corrected, they are sent again so: npx crossdock stock mend ${snapshotId} FILE`),
  ];
}
