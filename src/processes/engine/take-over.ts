import { liveNodes, type Clock, type Database, type Log } from "#platform";
import * as sql from "./commands-sql.ts";

/**
 * Gives back what dead nodes had under way. Who has claimed is read before who lives: a node holds its lock before it claims anything, and its number is
 * never given out again, so one that claimed and does not live is dead for good.
 */
export async function takeOver(options: {
  database: Database;
  node: () => number;
  clock: Clock;
  log: Log;
}): Promise<boolean> {
  const { database, node, clock, log } = options;
  const claiming = await database.query<{ number: number }>(sql.claimingNodes, [node()]);
  if (claiming.length === 0) return false;
  const alive = new Set(await liveNodes(database));
  const dead = claiming.map(({ number }) => number).filter((number) => !alive.has(number));
  if (dead.length === 0) return false;
  const taken = await database.query(sql.takeOver, [dead, clock.now()]);
  log.warn({ nodes: dead, commands: taken.length }, "A node died; what it had under way is taken over.");
  return taken.length > 0;
}
