import { expect, it } from "vitest";
import sample from "../crossdock.config.ts";
import { readHub } from "./configuration.ts";

const withStaleness = (staleness: unknown) => ({
  ...sample,
  channels: sample.channels.map((channel, index) => (index === 0 ? { ...channel, staleness } : channel)),
});

it.each([
  { maxAgeSeconds: 900, whenStale: "show" },
  { maxAgeSeconds: 900, whenStale: "call-us" },
  { maxAgeSeconds: 900, whenStale: "buffer", buffer: "2.5" },
])("takes what a channel is told of old stock: %j", (staleness) => {
  expect(readHub(withStaleness(staleness)).channels[0]?.staleness).toEqual(staleness);
});

it.each([
  { maxAgeSeconds: 0, whenStale: "show" },
  { maxAgeSeconds: 900 },
  { maxAgeSeconds: 900, whenStale: "hide" },
  { maxAgeSeconds: 900, whenStale: "buffer" },
  { maxAgeSeconds: 900, whenStale: "buffer", buffer: "-1" },
  { maxAgeSeconds: 900, whenStale: "show", buffer: "1" },
])("refuses %j and says where", (staleness) => {
  expect(() => readHub(withStaleness(staleness))).toThrow(/\/channels\/0\/staleness/);
});
