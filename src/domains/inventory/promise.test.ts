import { describe, expect, it } from "vitest";
import { promiseDate } from "./promise.ts";

const inbound = [
  { expectedOn: "2026-03-20", quantity: "50" },
  { expectedOn: "2026-03-10", quantity: "20" },
  { expectedOn: "2026-02-01", quantity: "1000" },
];

describe("the day a backorder is promised for", () => {
  it("is the first by which enough has arrived", () => {
    expect(promiseDate("20", "0", inbound, "2026-03-01")).toBe("2026-03-10");
    expect(promiseDate("21", "0", inbound, "2026-03-01")).toBe("2026-03-20");
  });
  it("comes after those who wait already", () => {
    expect(promiseDate("20", "1", inbound, "2026-03-01")).toBe("2026-03-20");
  });
  it("counts on nothing that is overdue, and is none where too little is on its way", () => {
    expect(promiseDate("71", "0", inbound, "2026-03-01")).toBeNull();
  });
});
