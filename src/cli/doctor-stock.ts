import { Type, type Static } from "typebox";
import { Value } from "typebox/value";
import { withHub } from "./local-hub.ts";
import { paint, table } from "./terminal.ts";

const Drift = Type.Object({
  sku: Type.String(),
  branch: Type.String(),
  ours: Type.Union([Type.String(), Type.Null()]),
  theirs: Type.String(),
  allocated: Type.String(),
  unposted: Type.String(),
  laterMovements: Type.Integer(),
  ageSeconds: Type.Union([Type.Number(), Type.Null()]),
  cause: Type.Enum(["not-posted-yet", "movement-not-received", "unknown"]),
});
const Comparison = Type.Object({ system: Type.String(), compared: Type.Integer(), drifts: Type.Array(Drift) });
export type Comparison = Static<typeof Comparison>;

const causes = {
  "not-posted-yet": paint("dim", "the ERP has not posted yet what left"),
  "movement-not-received": paint("yellow", "a change at the ERP has not come to us"),
  unknown: paint("red", "nobody knows: count the shelf"),
} as const;

const isWrong = ({ cause }: Static<typeof Drift>) => cause !== "not-posted-yet";

/** What a person reads of it, a line a position. */
export function reportOf({ system, compared, drifts }: Comparison, isCorrected: boolean): readonly string[] {
  const rows = drifts.map(({ sku, branch, ours, theirs, allocated, unposted, laterMovements, ageSeconds, cause }) => [
    `  ${sku}@${branch}`,
    `ours ${ours ?? "none"}`,
    `theirs ${theirs}`,
    `allocated ${allocated}`,
    `unposted ${unposted}`,
    `later movements ${laterMovements}`,
    ageSeconds === null ? "never stated" : `stated ${Math.round(ageSeconds)} s ago`,
    causes[cause],
  ]);
  const wrong = drifts.filter(isWrong).length;
  const over = `over ${compared.toLocaleString("en-US")} positions of ${system}`;
  const told = rows.length === 0 ? [] : [table(rows)];
  if (wrong === 0) return [...told, paint("green", `Our stock agrees with the ERP's, ${over}.`)];
  const positions = wrong === 1 ? "1 position" : `${wrong} positions`;
  if (isCorrected) return [...told, paint("green", `${positions} corrected to what the ERP states, ${over}.`)];
  const advice = "`crossdock doctor stock --correct` takes what the ERP states.";
  return [...told, paint("red", `${positions} drifted, ${over}.`), `  ${paint("cyan", advice)}`];
}

/** Compares our stock with the ERP's, through the running hub. Answers the exit code: 1 where something is wrong and stays so. */
export async function examineStock(options: { readonly json: boolean; readonly correct: boolean }): Promise<number> {
  return withHub(async ({ client }) => {
    const answer = options.correct
      ? (await client.post("/v1/stock/corrections", { reason: "crossdock doctor stock --correct" })).body
      : await client.get("/v1/stock/drift");
    if (!Value.Check(Comparison, answer)) throw new Error("The hub's answer about its stock could not be read.");
    if (options.json) console.log(JSON.stringify(answer, null, 2));
    else for (const line of reportOf(answer, options.correct)) console.log(line);
    return options.correct || !answer.drifts.some(isWrong) ? 0 : 1;
  });
}
