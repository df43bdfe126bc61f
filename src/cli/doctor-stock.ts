import { driftCauses, isExplained } from "#domains";
import { Type, type Static } from "typebox";
import { Value } from "typebox/value";
import type { HubClient } from "./hub-client.ts";
import { paint, table } from "./terminal.ts";

const Drift = Type.Object({
  sku: Type.String(),
  branch: Type.String(),
  ours: Type.Union([Type.String(), Type.Null()]),
  theirs: Type.String(),
  allocated: Type.String(),
  unposted: Type.String(),
  unpostedSince: Type.Union([Type.String(), Type.Null()]),
  laterMovements: Type.Integer(),
  ageSeconds: Type.Union([Type.Number(), Type.Null()]),
  cause: Type.Enum([...driftCauses]),
});
type Drift = Static<typeof Drift>;
const Comparison = Type.Object({
  system: Type.String(),
  compared: Type.Integer(),
  drifts: Type.Array(Drift),
  corrected: Type.Array(Drift),
});
export type Comparison = Static<typeof Comparison>;

const causes: Readonly<Record<Drift["cause"], string>> = {
  "not-posted-yet": paint("dim", "the ERP has not posted yet what left"),
  "moved-since": paint("dim", "the ERP told of movements that are later"),
  "stated-by-another": paint("dim", "another system states this position"),
  "change-not-received": paint("yellow", "a change at the ERP has not come to us"),
  unknown: paint("red", "nobody knows: count the shelf"),
};

const row = ({ sku, branch, ours, theirs, allocated, unposted, unpostedSince, ...drift }: Drift): readonly string[] => [
  `  ${sku}@${branch}`,
  `ours ${ours ?? "none"}`,
  `theirs ${theirs}`,
  `allocated ${allocated}`,
  `unposted ${unposted}${unpostedSince === null ? "" : ` since ${unpostedSince.slice(0, 16).replace("T", " ")}`}`,
  `later movements ${drift.laterMovements}`,
  drift.ageSeconds === null ? "never stated" : `stated ${Math.round(drift.ageSeconds)} s ago`,
  causes[drift.cause],
];
const positions = (count: number) => (count === 1 ? "1 position" : `${count.toLocaleString("en-US")} positions`);

/** What a person reads of it, a line a position. */
export function reportOf(
  { system, compared, drifts, corrected }: Comparison,
  wasToCorrect: boolean,
): readonly string[] {
  const over = `over ${compared.toLocaleString("en-US")} positions of ${system}`;
  const told = drifts.length + corrected.length === 0 ? [] : [table([...corrected, ...drifts].map(row))];
  const done =
    corrected.length === 0
      ? []
      : [paint("green", `${positions(corrected.length)} corrected to what the ERP states, ${over}.`)];
  const wrong = drifts.filter((drift) => !isExplained(drift)).length;
  if (wrong === 0 && corrected.length > 0) return [...told, ...done];
  if (wrong === 0) return [...told, paint("green", `Our stock agrees with the ERP's, ${over}.`)];
  const advice = wasToCorrect
    ? "A snapshot that came later than these figures says otherwise: send a new one."
    : "`crossdock doctor stock --correct` takes what the ERP states.";
  const verb = wasToCorrect ? "could not be corrected" : "drifted";
  return [...told, ...done, paint("red", `${positions(wrong)} ${verb}, ${over}.`), `  ${paint("cyan", advice)}`];
}

interface Asked {
  readonly json: boolean;
  readonly correct: boolean;
  /** For the audit trail. */
  readonly reason: string;
}

/** Compares our stock with the ERP's, through the running hub. Answers the exit code: 1 where something is wrong and stays so. */
export async function examineStock(client: Pick<HubClient, "get" | "post">, asked: Asked): Promise<number> {
  const answer = asked.correct
    ? (await client.post("/v1/stock/corrections", { reason: asked.reason })).body
    : await client.get("/v1/stock/drift");
  if (!Value.Check(Comparison, answer)) throw new Error("The hub's answer about its stock could not be read.");
  if (asked.json) console.log(JSON.stringify(answer, null, 2));
  else for (const line of reportOf(answer, asked.correct)) console.log(line);
  return answer.drifts.every(isExplained) ? 0 : 1;
}
