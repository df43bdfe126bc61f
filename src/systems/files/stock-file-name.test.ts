import { expect, it } from "vitest";
import { faultOfNames, stockFileNames } from "./stock-file-name.ts";

it.each([
  ["*{sequence}", "stock_20261123", { sequence: "20261123", branch: null, asOf: null }],
  ["*{sequence}", "7", { sequence: "7", branch: null, asOf: null }],
  ["stock-{branch}-{sequence}", "stock-ATL-2-17", { sequence: "17", branch: "ATL-2", asOf: null }],
  ["{asOf}.{sequence}", "20260105T140500Z.9", { sequence: "9", branch: null, asOf: new Date("2026-01-05T14:05:00Z") }],
  ["all (of it)*", "all (of it), monday", { sequence: null, branch: null, asOf: null }],
])("reads by %s the name %s", (pattern, name, read) => {
  expect(faultOfNames(pattern)).toBeNull();
  expect(stockFileNames(pattern)(name)).toEqual(read);
});

it.each([
  ["*{sequence}", "monday"],
  ["stock-{branch}-{sequence}", "stock-atl-17"],
  ["stock-{sequence}", "stock-17-old"],
  ["stock.{sequence}", "stock_17"],
  ["{asOf}", "20260231T000000Z"],
])("says that by %s the name %s is none", (pattern, name) => {
  expect(stockFileNames(pattern)(name)).toBeNull();
});

it.each([
  ["{seq}", "{seq} is nothing that is read"],
  ["{branch}{branch}", "{branch} stands there twice"],
])("says what is wrong with the pattern %s", (pattern, fault) => {
  expect(faultOfNames(pattern)).toContain(fault);
});
