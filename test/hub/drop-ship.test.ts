import { expect, it } from "vitest";
import configuration from "../../crossdock.config.ts";
import { runningHub } from "./running-hub.ts";

const hub = await runningHub({
  promising: {
    ...configuration.promising,
    sourcing: [
      ...(configuration.promising?.sourcing ?? []),
      { rule: "drop-ship", supplier: "VALVECO", workingDays: 5 },
    ],
  },
});

interface DropShip {
  readonly salesOrderId: string;
  readonly sku: string;
  readonly supplier: string;
  readonly quantity: string;
  readonly expectedOn: string;
  readonly explanation: string;
  readonly whatToDo: string;
}
const listed = async (salesOrderId: string) => {
  const { body } = await hub.get<{ dropShips: DropShip[] }>("/v1/drop-ships?supplier=VALVECO");
  return body.dropShips.filter((one) => one.salesOrderId === salesOrderId);
};

it("what no branch has is promised from its supplier, told in the order's story, and listed until it is there", async () => {
  const { sku } = hub.shelves.take();
  const order = await hub.ordered([[sku, 90_000]]);
  const [line] = order.lines;
  await hub.until("it is on the list", null, async () => (await listed(order.salesOrderId)).length === 1);
  expect(await listed(order.salesOrderId)).toMatchObject([
    {
      sku,
      quantity: line?.quantityBackordered,
      expectedOn: line?.promisedOn,
      explanation: expect.stringContaining("VALVECO could ship it directly"),
      whatToDo: expect.stringContaining("Buy it from VALVECO."),
    },
  ]);
  const { body } = await hub.get<object>(`/v1/sales-orders/${order.salesOrderNumber}/story`);
  expect(JSON.stringify(body)).toContain(`${line?.quantityBackordered} ${sku} must be bought from VALVECO`);
  const missing = Number(line?.quantityBackordered);
  await hub.control("granite", "receive-stock", { sku, branch: "ATL", quantity: String(missing) });
  await hub.until("it is off the list", null, async () => (await listed(order.salesOrderId)).length === 0);
});
