import { parseArgs } from "node:util";
import { runChaos, type ChaosReport } from "./chaos.ts";
import type { Ground } from "./ground.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    rate: { type: "string", default: "5" },
  },
});
const seed = Number(values.seed);
const NAMED_MAX = 25;

const line = (label: string, text: string | number) => console.log(`  ${label.padEnd(22)} ${text}`);

function summary(report: ChaosReport): void {
  console.log("");
  line(
    "orders",
    `${report.orders} (${report.accepted} by API, ${report.placed} by webhook; ${report.sentAgain} requests sent again)`,
  );
  line(
    "ended",
    `${report.closed} closed, ${report.cancelled} cancelled, ${report.waiting.length} waiting for a person or goods`,
  );
  for (const [ending, times] of Object.entries(report.endings)) line(`node ended`, `${times} x ${ending}`);
  line("Postgres killed", report.postgresKills);
  line("node restarts", report.restarts);
  line("counterparty mishaps", report.mishaps);
  line("cancellations asked", report.cancelsAsked);
  line("time to rest", `${(report.restMs / 1000).toFixed(1)} s`);
  const done = Object.entries(report.effects).map(([code, count]) => `${count} ${code}`);
  line("effects", `${done.join(", ")}; ${report.doubled} doubled`);
  for (const waits of report.waiting.slice(0, NAMED_MAX)) line("waits", waits);
  line("violations", report.violations.length);
  for (const violation of report.violations.slice(0, NAMED_MAX)) console.log(`    ${violation}`);
  if (report.violations.length > NAMED_MAX) console.log(`    and ${report.violations.length - NAMED_MAX} more`);
  if (report.folder) line("left to look into", report.folder);
  console.log("");
}

console.log(`Chaos for ${values.seconds} s, seed ${seed}.`);
let ground: Ground | null = null;
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => void (ground?.clear(false) ?? Promise.resolve()).finally(() => process.exit(130)));

const report = await runChaos({
  seed,
  seconds: Number(values.seconds),
  timeScale: 60_000,
  ordersPerSecond: Number(values.rate),
  killsPostgres: true,
  restWithinMs: 120_000,
  tell: (text) => console.log(`  ${text}`),
  began: (laid) => (ground = laid),
});
summary(report);
if (report.violations.length > 0) {
  console.log(`Not good. Again with: npm run chaos -- --seconds ${values.seconds} --seed ${seed}`);
  process.exitCode = 1;
} else console.log("Everything that was accepted is finished, nothing was done twice, the books balance.");
