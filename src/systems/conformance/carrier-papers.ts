import type { ShippingDocument } from "#contracts";
import { expect } from "vitest";
import type { ShipmentTender, TenderAccepted } from "../ports.ts";

const bytesOf = ({ content, encoding }: ShippingDocument): Buffer => Buffer.from(content, encoding);

/** A whole ZPL II label: opened and closed once, every field ended, with these bar codes. */
function expectLabel(document: ShippingDocument, number: string): void {
  const zpl = bytesOf(document).toString("utf8");
  expect(zpl).toMatch(/^\^XA[\s\S]*\^XZ\s*$/);
  const count = (command: string) => zpl.split(command).length - 1;
  expect([count("^XA"), count("^XZ")]).toEqual([1, 1]);
  expect(count("^FD")).toBe(count("^FS") - count("^GB"));
  const barCodes = [...zpl.matchAll(/\^BC[^^]*\^FD([^^]*)\^FS/g)].map(([, data]) => data);
  // ">;>8" begins Code 128 in subset C with FNC1: GS1-128, application identifier 00.
  expect(barCodes).toEqual([number, `>;>800${document.sscc ?? ""}`]);
}

function expectPdf(document: ShippingDocument): void {
  const pdf = bytesOf(document).toString("latin1");
  expect(pdf).toMatch(/^%PDF-1\.\d[\s\S]*\/Type \/Page\b[\s\S]*%%EOF\s*$/);
}

/** A label for every parcel, or one bill of lading for all the freight: what the warehouse is to have before it ships. */
export function expectPapers(
  { mode, handlingUnits }: Pick<ShipmentTender, "mode" | "handlingUnits">,
  { documents, trackingNumber, proNumber, bolNumber }: TenderAccepted,
): void {
  for (const document of documents) {
    if (document.format === "pdf") expectPdf(document);
    else expectLabel(document, trackingNumber ?? "");
  }
  if (mode === "ltl") {
    expect([proNumber, bolNumber]).not.toContain(undefined);
    expect(documents.map(({ kind }) => kind)).toEqual(["bill-of-lading"]);
    return;
  }
  expect(documents.every(({ kind }) => kind === "label")).toBe(true);
  const labelled = documents.filter(({ format }) => format === "zpl").map(({ sscc }) => sscc);
  expect(labelled).toEqual(handlingUnits.map(({ sscc }) => sscc));
}
