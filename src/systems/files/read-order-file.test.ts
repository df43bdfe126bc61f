import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readOrderFile } from "./read-order-file.ts";

const context = { channel: "branch-files", currency: "USD", writtenAt: new Date("2026-11-23T14:05:00Z") };
const read = (text: string | Buffer) => readOrderFile(Buffer.from(text), context);

const header = "order_number,customer_number,purchase_order,ship_to_code,sku,quantity,unit_of_measure,unit_price";
const good = "A-1,C-1001,PO-1,MAIN,PVC-90-050,12,EA,2.10";

describe("an order file", () => {
  it("makes one order of the rows with one number", () => {
    const { orders, faults } = read(
      `${header}\n${good}\nA-1,,,,CU-TUBE-L-075,6,cs,\nA-2,C-1002,,DOCK,PVC-90-050,1,,\n`,
    );
    expect(faults).toEqual([]);
    expect(orders.map(({ orderNumber, rows }) => ({ orderNumber, rows }))).toEqual([
      { orderNumber: "A-1", rows: [2, 3] },
      { orderNumber: "A-2", rows: [4] },
    ]);
    expect(orders[0]?.draft).toEqual({
      channel: "branch-files",
      channelOrderNumber: "A-1",
      customerNumber: "C-1001",
      customerPurchaseOrder: "PO-1",
      currency: "USD",
      orderedAt: "2026-11-23T14:05:00.000Z",
      shipTo: { code: "MAIN" },
      lines: [
        { lineNumber: 1, sku: "PVC-90-050", quantity: "12", unitOfMeasure: "EA", unitPrice: "2.10" },
        { lineNumber: 2, sku: "CU-TUBE-L-075", quantity: "6", unitOfMeasure: "CS" },
      ],
    });
  });

  it.each([
    ["a byte order mark and Windows line ends", `\uFEFF${header}\n${good}\n`.replaceAll("\n", "\r\n")],
    ["semicolons", `${header}\n${good}\n`.replaceAll(",", ";")],
    ["tabs", `${header}\n${good}\n`.replaceAll(",", "\t")],
    [
      "quotes, blanks and another spelling of the header",
      `"Order Number",CUSTOMER-NUMBER, purchase_order ,ship_to_code,sku,quantity,unit_of_measure,unit_price\n"A-1", C-1001,PO-1,MAIN,"PVC-90-050",12,EA,2.10`,
    ],
    ["empty lines", `${header}\n\n${good}\n\n\n`],
  ])("may have %s", (_what, text) => {
    const { orders, faults } = read(text);
    expect(faults).toEqual([]);
    expect(orders[0]?.draft?.lines).toEqual([
      { lineNumber: 1, sku: "PVC-90-050", quantity: "12", unitOfMeasure: "EA", unitPrice: "2.10" },
    ]);
  });

  it("may hold a whole address, and letters of an older spreadsheet", () => {
    const text =
      "order_number,customer_number,ship_to_name,street1,city,region,postal_code,country,sku,quantity\nA-1,C-1,Caf\xE9 Nord,1 Main St,Atlanta,GA,30301,US,X,1\n";
    const { orders } = read(Buffer.from(text, "latin1"));
    expect(orders[0]?.draft?.shipTo).toMatchObject({ name: "Café Nord", country: "US" });
  });
});

describe("a bad row among good ones", () => {
  it("holds back its own order whole, and no other, naming row and column", () => {
    const { orders } = read(
      `${header}\n${good}\nA-2,C-1002,,DOCK,PVC-90-050,1,,\nA-2,,,,,-3,,\nA-3,C-1003,,DOCK,X,1,,\n`,
    );
    expect(orders.map(({ draft }) => draft !== null)).toEqual([true, false, true]);
    expect(orders[1]?.faults).toMatchObject([
      { path: "row 4, column sku", found: "nothing" },
      { path: "row 4, column quantity", found: '"-3"' },
    ]);
  });

  it("is kept with its header, ready to be mended", () => {
    const { orders } = read(`${header}\n${good}\nA-2,"C,2",,DOCK,"12"" pipe",x,,\n`);
    expect(orders[1]?.csv).toBe(`${header}\nA-2,"C,2",,DOCK,"12"" pipe",x,,\n`);
    expect(read(orders[1]?.csv ?? "").orders[0]?.faults[0]?.found).toBe(orders[1]?.faults[0]?.found);
  });

  it.each([
    ["contradicts its order's first row", "A-1,C-1001,,,X,1,,\nA-1,C-2002,,,Y,1,,", "row 3, column customer_number"],
    ["has a field too many", "A-1,C-1001,,M,X,1,000,EA,2", "row 2"],
    ["has no order number", ",C-1001,,M,X,1,,", "row 2, column order_number"],
  ])("is found when it %s", (_what, rows, path) => {
    const paths = read(`${header}\n${rows}\n`).orders.flatMap(({ faults }) => faults.map((fault) => fault.path));
    expect(paths).toContain(path);
  });
});

describe("a file that is no order file", () => {
  it("is told which column was probably meant", () => {
    const { orders, faults } = read("order_number,custmer_number,sku,quantity\nA-1,C-1,X,1\n");
    expect(orders).toEqual([]);
    expect(faults.map(({ path }) => path)).toEqual(["row 1, column custmer_number", "row 1"]);
    expect(faults[0]?.fix).toBe("Did you mean `customer_number`?");
  });

  it.each([
    ["nothing in it", "", "row 1"],
    ["only a header", header, "row 2"],
    ["a quote that is never closed", `${header}\nA-1,"C-1001`, "row 2"],
  ])("has %s", (_what, text, path) => {
    expect(read(text).faults[0]?.path).toBe(path);
  });

  it("never surprises us, whatever bytes it holds", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.string().map((text) => Buffer.from(`${header}\n${text}`)),
        ),
        (bytes) => {
          const { orders, faults } = read(Buffer.from(bytes));
          for (const order of orders) expect(order.draft === null).toBe(order.faults.length > 0);
          expect(orders.length > 0 || faults.length > 0).toBe(true);
        },
      ),
    );
  });
});
