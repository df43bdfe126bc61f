import { readStory, renderStory } from "#observability";
import { givenOrder, givenStock } from "#testing";
import { describe, expect, it } from "vitest";
import { aSku, booksBalanceAfterEach, createHub } from "./hub.ts";

booksBalanceAfterEach();

/** An order of six, from the branch that has them all. */
async function anOrder() {
  const hub = createHub();
  const sku = await aSku();
  await givenStock(hub.database, sku, "ATL", "6");
  const { salesOrderId, accepted } = await givenOrder(hub.database, [{ sku, quantity: "6", from: { ATL: "6" } }]);
  await hub.tell([accepted]);
  const story = async () => {
    const found = await readStory(hub.database, salesOrderId);
    if (!found) throw new Error("There is no story.");
    return found;
  };
  return { hub, sku, salesOrderId, story };
}

describe("the story of an order that went through", () => {
  it("names who took part, in order, down to the invoice and the door", async () => {
    const { hub, salesOrderId, story } = await anOrder();
    await hub.works(hub.atl, salesOrderId, ["picked", "packed", "shipped"]);
    await hub.carrierTells(hub.anchor, salesOrderId, ["picked-up", "delivered"]);
    const { stage, steps, waits, reasons } = await story();
    expect([stage, waits]).toEqual(["closed", []]);
    const told = steps.map(({ sentence }) => sentence).join("\n");
    const milestones = [
      "Accepted as",
      "In erp as E-",
      "Tax is",
      "ATL is to ship 6 ×",
      "wms-atl has the work",
      "ATL picked",
      "chosen against",
      "anchor takes it: tracking",
      "left ATL",
      "Delivered by anchor, with proof",
      "Closed.",
    ];
    const places = milestones.map((part) => told.indexOf(part));
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(told).toMatch(/Invoice I-\d+ posted in erp/);
    expect(reasons.map(({ question }) => question)).toEqual([
      expect.stringContaining("why this price?"),
      "Why ATL?",
      "Why anchor?",
    ]);
    expect(reasons[2]?.details.join("\n")).toMatch(/swift .* costlier/);
  });

  it("shows a fact that came early as kept, and waited for until its time comes", async () => {
    const { hub, salesOrderId, story } = await anOrder();
    await hub.works(hub.atl, salesOrderId, ["picked", "packed"]);
    await hub.carrierTells(hub.anchor, salesOrderId, ["picked-up"]);
    const early = await story();
    expect(early.waits).toMatchObject([{ what: "shipment.picked-up.v1" }]);
    expect(renderStory(early, { withExchanges: false, colour: false })).toContain(
      "shipment keeps shipment.picked-up.v1",
    );
    await hub.works(hub.atl, salesOrderId, ["shipped"]);
    expect((await story()).waits).toEqual([]);
  });
});
