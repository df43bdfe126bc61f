import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { eventCatalogue } from "#contracts";
import { drawnProcesses } from "./create-processes.ts";
import { compileProcess, decide } from "./engine/index.ts";
import { processesPage } from "./page.ts";

const page = fileURLToPath(new URL("../../docs/processes.md", import.meta.url));
const tables = new Map(drawnProcesses().map((process) => [process.name, compileProcess(process)]));

/** What a cell does, as one line: `outcome -> state: reactions`. */
function cell(process: string, state: string, event: string): string {
  const table = tables.get(process);
  const kind = eventCatalogue.find((one) => one.name === event);
  if (!table || !kind || !table.states.includes(state))
    throw new Error(`There is no cell ${process} ${state} ${event}.`);
  const decision = decide(table, state, kind.type);
  if (decision.outcome !== "moved") return decision.outcome;
  const reactions = decision.reactions.map((reaction) => reaction.name).join(", ");
  return `${decision.stays ? "stay" : decision.to}: ${reactions}`;
}

describe("the lifecycles", () => {
  it("are drawn in docs/processes.md as they are, every state by every event", async () => {
    await expect(processesPage(drawnProcesses())).toMatchFileSnapshot(page);
  });

  it("have no row for an event that is not in the catalogue", () => {
    const known = new Set(eventCatalogue.map((kind) => kind.type));
    const used = [...tables.values()].flatMap((table) => table.events.map((kind) => kind.type));
    expect(used.filter((type) => !known.has(type))).toEqual([]);
  });
});

describe("an order", () => {
  it.each(["on-hold", "registering", "taxing", "fulfilling"])("that is %s can be cancelled", (state) => {
    expect(cell("order-to-cash", state, "sales-order.cancel-requested")).toMatch(/^cancelling: /);
  });

  it("that has shipped whole refuses to be cancelled and says so", () => {
    expect(cell("order-to-cash", "delivering", "sales-order.cancel-requested")).toBe("stay: refuse-cancellation");
  });

  it("is cancelled in the ERP only after the branches gave their parts back", () => {
    expect(cell("order-to-cash", "fulfilling", "sales-order.cancel-requested")).not.toContain("cancel-erp-order");
    expect(cell("order-to-cash", "cancelling", "sales-order.recalled")).toContain("cancel-erp-order");
  });

  it.each(["fulfilling", "delivering", "cancelling"])("bills whatever leaves the dock while it is %s", (state) => {
    expect(cell("order-to-cash", state, "fulfillment.shipped")).toBe("stay: bill-shipment, post-invoice");
    expect(cell("order-to-cash", state, "invoice.posted")).toBe("stay: record-invoice");
  });

  it("keeps the ERP's number that arrives after somebody asked to cancel", () => {
    expect(cell("order-to-cash", "cancelling", "sales-order.registered")).toBe("stay: record-erp-number");
  });

  it("goes on with what could not be stopped and tells the ERP of what could", () => {
    expect(cell("order-to-cash", "cancelling", "sales-order.cancel-refused")).toBe(
      "fulfilling: cancel-erp-order-lines",
    );
  });

  it("goes on with an estimate when the tax engine stays silent, and corrects it when it speaks", () => {
    expect(cell("order-to-cash", "taxing", "timer.elapsed")).toBe("stay: estimate-tax");
    expect(cell("order-to-cash", "fulfilling", "sales-order.taxed")).toBe("stay: record-tax");
  });

  it.each(["on-hold", "registering", "taxing", "fulfilling", "delivering"])(
    "that is %s is put on the list of drop-ships at once",
    (state) => expect(cell("order-to-cash", state, "sales-order.drop-ship-wanted")).toBe("stay: record-drop-ships"),
  );

  it("holds a completion that comes before the order is known to have shipped", () => {
    expect(cell("order-to-cash", "fulfilling", "sales-order.completed")).toBe("held");
    expect(cell("order-to-cash", "cancelling", "sales-order.shipped")).toBe("held");
  });
});

describe("a fulfillment", () => {
  it.each(["releasing", "released", "picked", "packed", "labelled"])("that is %s can be recalled", (state) => {
    expect(cell("fulfillment", state, "fulfillment.recall-requested")).toBe("stay: recall-from-warehouse");
    expect(cell("fulfillment", state, "fulfillment.recalled")).toBe("cancelled: give-back-recalled");
    expect(cell("fulfillment", state, "fulfillment.recall-refused")).toBe("stay: record-recall-refused");
  });

  it("keeps what the warehouse tells before our release was answered", () => {
    expect(
      ["fulfillment.picked", "fulfillment.packed", "fulfillment.shipped"].map((event) =>
        cell("fulfillment", "releasing", event),
      ),
    ).toEqual(["held", "held", "held"]);
  });
});

describe("a shipment", () => {
  it("asks the next carrier when one refuses", () => {
    expect(cell("shipment", "tendering", "shipment.tender-refused")).toBe("rating: choose-next-carrier");
    expect(cell("shipment", "rating", "shipment.rated")).toBe("tendering: record-rated, tender-shipment");
  });

  it("waits for somebody when the address is refused, and asks for rates anew with the corrected one", () => {
    expect(cell("shipment", "tendering", "shipment.address-refused")).toBe("address-hold: ");
    expect(cell("shipment", "address-hold", "shipment.address-corrected")).toBe("rating: shop-rates");
  });

  it.each(["tendering", "tendered"])("voids at the carrier what is recalled while %s", (state) => {
    expect(cell("shipment", state, "fulfillment.recalled")).toBe("voiding: void-tender");
  });

  it("keeps the number of a tender that is answered while it is being voided", () => {
    expect(cell("shipment", "voiding", "shipment.tendered")).toBe("stay: record-tendered");
  });

  it("holds a delivery the carrier reports before the warehouse reported the departure", () => {
    expect(cell("shipment", "tendered", "shipment.delivered")).toBe("held");
  });

  it.each(["shipped", "in-transit"])("asks the carrier itself when nothing was heard while %s", (state) => {
    expect(cell("shipment", state, "timer.elapsed")).toBe(`${state}: track-shipment`);
  });
});
