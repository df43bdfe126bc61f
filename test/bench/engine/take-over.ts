import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { systemClock, type Database } from "../../../src/platform/index.ts";

const PROCESSES = 300;

async function startNode(url: string, begin: number): Promise<{ child: ChildProcess; node: number }> {
  const path = fileURLToPath(new URL("./take-over-node.ts", import.meta.url));
  const child = fork(path, [url, String(begin)], { execArgv: ["--conditions=source"] });
  const { node } = await new Promise<{ node: number }>((resolve, reject) => {
    child.once("message", (body) => resolve(body as { node: number }));
    child.once("exit", (code) => reject(new Error(`A node ended with code ${code}.`)));
  });
  child.removeAllListeners("exit");
  return { child, node };
}

const ended = (child: ChildProcess) => new Promise((resolve) => child.once("exit", resolve));

/** Milliseconds from kill -9 of one of two nodes until nothing it had under way is unfinished. */
export async function takeOverMs(url: string, database: Database): Promise<number> {
  const survivor = await startNode(url, 0);
  const doomed = await startNode(url, PROCESSES);
  const orphansOf = "select id from commands where claimed_by = $1 and status = 'running'";
  let orphans: readonly { id: string }[] = [];
  while (orphans.length < 5) orphans = await database.query<{ id: string }>(orphansOf, [doomed.node]);
  const gone = ended(doomed.child);
  doomed.child.kill("SIGKILL");
  const killedAt = performance.now();
  await gone;
  // What had ended between the look and the kill is no orphan any more; what is left is what nobody performs now.
  orphans = await database.query<{ id: string }>(orphansOf, [doomed.node]);
  const ids = orphans.map(({ id }) => id);
  for (let left = 1; left > 0; await systemClock.sleep(10)) {
    const rows = await database.query("select 1 from commands where id = any($1) and status <> 'done'", [ids]);
    left = rows.length;
  }
  const tookMs = performance.now() - killedAt;
  let unfinished = PROCESSES;
  while (unfinished > 0) {
    await systemClock.sleep(50);
    unfinished = (await database.query("select 1 from process_instances where process = 'asking' and state <> 'done'"))
      .length;
  }
  const stopped = ended(survivor.child);
  survivor.child.kill("SIGKILL");
  await stopped;
  return tookMs;
}
