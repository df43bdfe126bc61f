import { silentLog, turnableClock } from "#platform";
import { testDatabase } from "#testing";
import { expect, it } from "vitest";
import { createLaneSwitches } from "./lane-switches.ts";

const database = await testDatabase();
const clock = turnableClock();

function node() {
  let state = "open";
  const lane = { close: (reason: string) => void (state = reason), open: () => void (state = "open") };
  return {
    state: () => state,
    switches: createLaneSwitches({ database, clock, lanes: new Map([["erp", lane]]), log: silentLog }),
  };
}

it("closes a lane on every node, keeps it closed over a restart, and writes down who and why", async () => {
  const [first, second] = [node(), node()];
  await first.switches.close("erp", { by: "dana", reason: "upgrade tonight" });
  await second.switches.apply();
  const restarted = node();
  await restarted.switches.apply();
  expect([first, second, restarted].map(({ state }) => state())).toEqual(Array(3).fill("upgrade tonight (dana)"));
  await second.switches.open("erp", { by: "sam", reason: "it is done" });
  await first.switches.apply();
  expect([first.state(), second.state()]).toEqual(["open", "open"]);
  expect(await database.query("select by, action, target from audit_entries order by 1")).toEqual([
    { by: "dana", action: "close-lane", target: "erp" },
    { by: "sam", action: "open-lane", target: "erp" },
  ]);
});
