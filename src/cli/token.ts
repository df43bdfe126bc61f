import { randomBytes } from "node:crypto";
import { renewAdminToken } from "#governance";
import { createIds, systemClock } from "#platform";
import type { CliCommand } from "./command.ts";
import { withStore } from "./local-store.ts";

export const token: CliCommand = {
  name: "token",
  usage: "token renew",
  summary: "A new admin token; the old one stops working. Shown once, kept hashed.",
  async run([action]) {
    if (action !== "renew") {
      console.error("`crossdock token renew` makes a new one. The present one cannot be shown: only its hash is kept.");
      return 2;
    }
    const surroundings = { clock: systemClock, ids: createIds(systemClock, randomBytes), randomBytes };
    console.log(await withStore((database) => renewAdminToken({ database, ...surroundings })));
    return 0;
  },
};
