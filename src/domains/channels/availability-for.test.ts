import { expect, it } from "vitest";
import { compileChannelReserves } from "../promising/channel-reserves.ts";
import { availabilityFor, newsAmong } from "./availability-for.ts";

const positions = [
  { branch: "ATL", availableToPromise: "8" },
  { branch: "DFW", availableToPromise: "2.5" },
];

it("is what can be promised over all branches, and nothing of what lies nowhere", () => {
  const none = compileChannelReserves([]);
  expect(availabilityFor("shop", "A", positions, none)).toBe("10.5");
  expect(availabilityFor("shop", "A", [], none)).toBe("0");
});

it("leaves out what other channels keep, at a branch or altogether, and not what the channel keeps itself", () => {
  const reserves = compileChannelReserves([
    { channel: "portal", sku: "A", branch: "DFW", quantity: "4" },
    { channel: "portal", sku: "A", quantity: "3" },
    { channel: "shop", sku: "A", quantity: "100" },
  ]);
  // At Dallas nothing is left; of all, three are kept.
  expect(availabilityFor("shop", "A", positions, reserves)).toBe("7.5");
  expect(availabilityFor("shop", "A", [{ branch: "DFW", availableToPromise: "2" }], reserves)).toBe("0");
  expect(availabilityFor("portal", "B", positions, reserves)).toBe("10.5");
});

it("is news only where the channel was told something else", () => {
  const figures = [
    { sku: "A", available: "1" },
    { sku: "B", available: "2" },
    { sku: "C", available: "0" },
  ];
  const told = new Map([
    ["A", "1"],
    ["B", "3"],
  ]);
  expect(newsAmong(figures, told).map(({ sku }) => sku)).toEqual(["B", "C"]);
});
