import { expect, it } from "vitest";
import { recorded, scriptedCall } from "../../conformance/scripted-call.ts";
import { dockside } from "./index.ts";

const fixture = (name: string, status?: number) => recorded(import.meta.dirname, name, status);
const scripted = (answers: Parameters<typeof scriptedCall>[1]) =>
  scriptedCall<typeof dockside.settings>({ token: "t", newsSecret: "s" }, answers);
const work = {
  reference: "ful_1",
  branch: "ATL",
  shipTo: {
    name: "Receiving",
    street1: "1 Main St",
    street2: "Dock 4",
    city: "Atlanta",
    region: "GA",
    postalCode: "30324",
    country: "US",
  },
  lines: [{ lineNumber: 1, sku: "VLV-BALL-100", quantity: "4", unitOfMeasure: "EA", weightLb: "1.4" }],
};

it("releases a wave under our own reference, in Dockside's words", async () => {
  const { call, asked } = scripted([fixture("wave-opened", 201)]);
  expect(await dockside.release(work, call)).toEqual({ warehouseReference: "W-000001" });
  expect(asked).toEqual([
    {
      operation: "release",
      method: "PUT",
      path: "/api/waves/ful_1",
      body: {
        facility: "ATL",
        po: null,
        consignee: {
          attn: "Receiving",
          firm: null,
          line1: "1 Main St, Dock 4",
          city: "Atlanta",
          st: "GA",
          zip: "30324",
          ctry: "US",
        },
        tasks: [{ seq: 1, item: "VLV-BALL-100", units: "4", uom: "EA", lbs: "1.4" }],
      },
    },
  ]);
  expect(dockside.authorize({ token: "t", newsSecret: "s" })).toEqual({ authorization: "Bearer t" });
});

it("recalls by our reference, also what Dockside never had", async () => {
  const { call, asked } = scripted([fixture("wave-halted")]);
  expect(await dockside.recall("ful/2", call)).toEqual({ recalled: true });
  expect(asked).toEqual([{ operation: "recall", method: "POST", path: "/api/waves/ful%2F2/halt", body: {} }]);
});

it("answers that it is too late to recall what is loaded", async () => {
  const { call, asked } = scripted([fixture("halt-refused-loaded", 422)]);
  expect(await dockside.recall("ful_1", call)).toEqual({
    refused: "It is loaded and gone. (LOADED)",
    kind: "too-late",
  });
  expect(asked[0]).toMatchObject({ method: "POST", path: "/api/waves/ful_1/halt" });
});

it("puts the papers beside the wave, with what the driver scans", async () => {
  const { call, asked } = scripted([fixture("papers-taken")]);
  const label = { kind: "label", format: "zpl", encoding: "utf-8", content: "^XA^XZ" } as const;
  const papers = {
    reference: "ful_1",
    shipmentReference: "shp_1",
    carrier: "swift",
    trackingNumber: "SW1",
    documents: [label],
  };
  expect(await dockside.sendDocuments(papers, call)).toEqual({ received: true });
  expect(asked[0]).toMatchObject({
    method: "PUT",
    path: "/api/waves/ful_1/papers",
    body: {
      shipment: "shp_1",
      carrier: "swift",
      tracking: "SW1",
      papers: [{ kind: "label", fmt: "zpl", enc: "utf-8", data: "^XA^XZ" }],
    },
  });
});

it("keeps a conflict a failure: the same reference with other work is a mistake of ours", async () => {
  const { call } = scripted([{ status: 409, body: { fault: "E409", note: "The wave is known with other content." } }]);
  await expect(dockside.release(work, call)).rejects.toMatchObject({ category: "conflict" });
});
