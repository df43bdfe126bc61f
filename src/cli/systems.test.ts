import { expect, it } from "vitest";
import { reportOf } from "./systems.ts";

const erp = { system: "erp", title: "Granite ERP", state: "open", explanation: "All is well.", queued: 0 };
const feed = { entity: "stock", ageSeconds: 3.4, staleAfterSeconds: 60, isStale: false };

it("says of each feed how old it is, and of a stale one how old it may be and why it is", () => {
  const feeds = [
    feed,
    { ...feed, entity: "products", failure: "no answer" },
    { ...feed, entity: "prices", ageSeconds: 700, isStale: true, failure: "no answer" },
    { entity: "customers", staleAfterSeconds: 60, isStale: true },
  ];
  const report = reportOf({ systems: [{ ...erp, feeds }] }).split("\n");
  expect(report.slice(-4)).toEqual([
    "  stock from erp was read 3 s ago",
    "  products from erp was read 3 s ago; the last try failed: no answer",
    "  prices from erp was read 700 s ago, and is stale after 60 s; the last try failed: no answer",
    "  customers from erp was never read, and is stale after 60 s",
  ]);
});
