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

const withFolder = (folder: object) => ({
  ...sample,
  stock: { folders: [{ folder: "stock", source: "erp", ...folder }] },
});

it.each([{}, { names: "stock-{branch}-{sequence}" }, { names: "*_{asOf}_{sequence}", missingPositions: "zero" }])(
  "takes a folder of stock files: %j",
  (folder) => {
    expect(readHub(withFolder(folder)).stock?.folders?.[0]).toMatchObject(folder);
  },
);

it.each([
  ["/names", { names: "stock-{seq}" }],
  ["/names", { names: "{branch}-{branch}" }],
  ["/folder", { folder: "inbox" }],
  ["/source", { source: "The ERP" }],
  ["/missingPositions", { missingPositions: "delete" }],
])("refuses a folder of stock files with a bad %s and says where: %j", (path, folder) => {
  expect(() => readHub(withFolder(folder))).toThrow(`/stock/folders/0${path}`);
});
