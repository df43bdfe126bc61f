import type { Queryable, Transaction } from "#platform";
import { rowsOf } from "../sql.ts";
import { compilePromising, plainPlan, type PromisingBranch, type PromisingPlan } from "./promising-plan.ts";
import type { PromisingRules } from "./promising-rules.ts";

interface AppliedRules {
  readonly version: string;
  readonly rules: PromisingRules;
  readonly branches: readonly PromisingBranch[];
}

/**
 * Puts the configured rules in force. Every version that was ever in force is kept: explanations name it. What fills backorders, on whatever node,
 * goes by the version applied last.
 */
export async function applyPromisingRules(
  tx: Transaction,
  rules: PromisingRules,
  branches: readonly PromisingBranch[],
  now: Date,
): Promise<PromisingPlan> {
  const plan = compilePromising(rules, branches);
  await rowsOf(
    tx,
    `insert into promising_rules (version, rules, branches, applied_at)
     select r.version, r.rules, r.branches, r.now from jsonb_to_record($1::jsonb) as r(version text, rules jsonb, branches jsonb, now timestamptz)
     on conflict (version) do update set applied_at = excluded.applied_at`,
    { version: plan.version, rules, branches, now },
  );
  return plan;
}

const compiled = new Map<string, PromisingPlan>();
/** Rules change with the configuration: two versions are at work while nodes are replaced. */
const COMPILED_MAX = 4;

/** The rules in force. A version is compiled once. */
export async function readPromisingPlan(database: Queryable): Promise<PromisingPlan> {
  const latest = "from promising_rules order by applied_at desc, version limit 1";
  const [row] = await database.query<{ version: string }>(`select version ${latest}`);
  if (!row) return plainPlan;
  const known = compiled.get(row.version);
  if (known) return known;
  const [applied] = await database.query<AppliedRules>(
    "select version, rules, branches from promising_rules where version = $1",
    [row.version],
  );
  if (!applied) return plainPlan;
  const plan = compilePromising(applied.rules, applied.branches);
  if (compiled.size >= COMPILED_MAX) compiled.clear();
  compiled.set(row.version, plan);
  return plan;
}
