import { parseArgs } from "node:util";
import { storm } from "./storm.ts";

/** `npm run chaos -- --seconds 120 --seed 42`: kills nodes under load and says whether anything was lost, doubled or left undone. */
const { values } = parseArgs({ options: { seconds: { type: "string", default: "60" }, seed: { type: "string" } } });
const seed = values.seed ? Number(values.seed) : Date.now() % 1_000_000;
console.log(
  `Chaos for ${values.seconds} s, seed ${seed}: two nodes on one Postgres, killed at random and at every named instant.`,
);
const { accepted, deaths, secondsToRest, states, violations } = await storm({
  seconds: Number(values.seconds),
  seed,
  killEveryMs: 4000,
  restMaxMs: 90_000,
});
console.log(`  orders acknowledged   ${accepted}`);
console.log(
  `  how they ended        ${Object.entries(states)
    .map(([state, count]) => `${count} ${state}`)
    .join(", ")}`,
);
console.log(`  nodes killed          ${[...deaths].map(([how, count]) => `${count} ${how}`).join(", ")}`);
console.log(`  at rest after         ${secondsToRest.toFixed(1)} s`);
for (const violation of violations) console.log(`  VIOLATION             ${violation}`);
console.log(
  violations.length === 0
    ? "Nothing lost, nothing doubled, nothing left undone; the books balance."
    : `${violations.length} violations. Again with --seed ${seed}.`,
);
process.exit(violations.length === 0 ? 0 : 1);
