import { systemClock } from "#platform";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Type } from "typebox";
import { Compile } from "typebox/compile";
import { expect, test } from "vitest";
import { startSandbox } from "./start.ts";

const folder = mkdtempSync(join(tmpdir(), "ledger-sandbox-"));
const urls = Compile(Type.Record(Type.String(), Type.Object({ url: Type.String() })));
const common = { folder, hubUrl: "http://127.0.0.1:9", timeScale: 1, seed: 7 };

/** A process of its own, so that it can be killed. */
const script = `
  const { startSandbox } = await import("#sandbox");
  const { systemClock } = await import("#platform");
  const { systems } = await startSandbox({ ...${JSON.stringify(common)}, clock: systemClock });
  process.stdout.write(JSON.stringify(systems));
`;

test("everybody knows everything again after a kill -9", async () => {
  const child = spawn(process.execPath, ["--conditions=source", "--input-type=module", "-e", script], {
    cwd: process.cwd(),
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [output]: unknown[] = await once(child.stdout, "data");
  const started = urls.Parse(JSON.parse(String(output)));
  for (let count = 0; count < 20; count += 1) {
    const placed = await fetch(`${started["corner-shop"]?.url ?? ""}/control/place-order`, { method: "POST" });
    expect(placed.status).toBe(201);
  }
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;

  const sandbox = await startSandbox({ ...common, seed: 8, clock: systemClock });
  const status = await fetch(`${sandbox.systems["corner-shop"]?.url ?? ""}/control/status`);
  expect(await status.json()).toMatchObject({ messagesPending: 20 });
  expect(Object.keys(sandbox.systems)).toEqual(expect.arrayContaining(["corner-shop", "granite", "meridian"]));
  await sandbox.stop();
  rmSync(folder, { recursive: true });
}, 20_000);

test("ports are given out in the order of the codes, from the first one named", async () => {
  const firstPort = 21_000 + (process.pid % 1_000) * 10;
  const options = { hubUrl: "http://127.0.0.1:9", timeScale: 1, seed: 7, clock: systemClock, firstPort };
  const { systems, stop } = await startSandbox(options);
  const ports = Object.keys(systems)
    .sort()
    .map((code) => Number(new URL(systems[code]?.url ?? "").port));
  expect(ports).toEqual(ports.map((_port, index) => firstPort + index));
  await stop();
});
