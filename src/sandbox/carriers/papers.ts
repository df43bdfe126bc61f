import { toBuffer } from "bwip-js/node";
import PdfDocument from "pdfkit";
import type { Piece, Tendered } from "./consignments.ts";

const plain = (text: string) => text.replaceAll(/[\^~\\]/g, " ");

/** One ZPL II label of 4 by 6 inches at 203 dpi: who, where, service, and the number as Code 128. */
export function zplLabel(
  carrier: string,
  { number, service, from, to, shipperOrder }: Tendered,
  piece: Piece,
  index: number,
  count: number,
): string {
  return [
    "^XA",
    "^CI28^PW812^LL1218",
    `^FO40,40^A0N,50,50^FD${plain(carrier)}^FS`,
    `^FO560,40^A0N,70,70^FD${plain(service)}^FS`,
    `^FO40,120^A0N,26,26^FDFROM ${plain(from.name)}, ${plain(from.street)}, ${plain(from.city)} ${from.region} ${from.postal}^FS`,
    "^FO40,170^GB732,3,3^FS",
    `^FO40,200^A0N,30,30^FDSHIP TO^FS`,
    `^FO40,240^A0N,40,40^FD${plain(to.name)}^FS`,
    `^FO40,290^A0N,40,40^FD${plain(to.street)}^FS`,
    `^FO40,340^A0N,48,48^FD${plain(to.city)} ${to.region} ${to.postal}^FS`,
    "^FO40,420^GB732,3,3^FS",
    `^FO40,450^A0N,28,28^FD${index + 1} OF ${count}   ${piece.lbs} LB   PO ${plain(shipperOrder)}^FS`,
    `^FO80,520^BY3^BCN,220,Y,N,N^FD${number}^FS`,
    `^FO80,850^BY2^BCN,160,Y,N,N^FD>;>800${piece.id}^FS`,
    "^XZ",
  ].join("\n");
}

/** Code 128 of a text, as PNG. */
const barcode = (text: string): Promise<Buffer> =>
  toBuffer({ bcid: "code128", text, scale: 2, height: 12, includetext: true });

type Pdf = InstanceType<typeof PdfDocument>;

async function rendered(draw: (pdf: Pdf) => void, size: [number, number] | "LETTER"): Promise<string> {
  const pdf = new PdfDocument({ size, margin: 24, info: { Producer: "Crossdock sandbox" } });
  const chunks: Buffer[] = [];
  pdf.on("data", (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise<void>((resolve) => void pdf.on("end", () => resolve()));
  draw(pdf);
  pdf.end();
  await ended;
  return Buffer.concat(chunks).toString("base64");
}

/** The same label for who has no label printer: 4 by 6 inches, base64. */
export async function pdfLabel(
  carrier: string,
  { number, service, from, to, shipperOrder }: Tendered,
  piece: Piece,
): Promise<string> {
  const bars = await barcode(number);
  return rendered(
    (pdf) => {
      pdf.fontSize(18).text(carrier, { continued: true }).text(service, { align: "right" });
      pdf.fontSize(8).text(`FROM ${from.name}, ${from.street}, ${from.city} ${from.region} ${from.postal}`).moveDown();
      pdf
        .fontSize(10)
        .text("SHIP TO")
        .fontSize(14)
        .text(to.name)
        .text(to.street)
        .text(`${to.city} ${to.region} ${to.postal}`)
        .moveDown();
      pdf.fontSize(9).text(`${piece.lbs} LB   SSCC ${piece.id}   PO ${shipperOrder}`).moveDown();
      pdf.image(bars, { fit: [240, 90], align: "center" });
    },
    [288, 432],
  );
}

/** A straight bill of lading in the VICS layout's order: parties, numbers, handling units with class and weight, signatures. */
export async function billOfLading(
  carrier: string,
  bolNumber: string,
  { number, from, to, pieces, shipperOrder, service }: Tendered,
): Promise<string> {
  const bars = await barcode(bolNumber);
  return rendered((pdf) => {
    pdf.fontSize(16).text("BILL OF LADING - SHORT FORM - NOT NEGOTIABLE", { align: "center" }).moveDown();
    pdf.image(bars, 380, 60, { fit: [180, 60] });
    pdf
      .fontSize(10)
      .text(`Bill of lading number: ${bolNumber}`, 24, 70)
      .text(`Carrier: ${carrier}   Service: ${service}`)
      .text(`PRO number: ${number}`)
      .text(`Customer order: ${shipperOrder}`)
      .moveDown(2);
    for (const [title, place] of [
      ["SHIP FROM", from],
      ["SHIP TO", to],
    ] as const) {
      pdf
        .fontSize(9)
        .text(title)
        .fontSize(11)
        .text(`${place.name}, ${place.street}, ${place.city} ${place.region} ${place.postal}`)
        .moveDown();
    }
    pdf.fontSize(9).text("HANDLING UNITS");
    for (const { id, lbs, freightClass, hazmat } of pieces)
      pdf.fontSize(10).text(`1 PLT   SSCC ${id}   ${lbs} LB   CLASS ${freightClass}${hazmat ? "   HM X" : ""}`);
    pdf
      .moveDown(2)
      .fontSize(9)
      .text("Shipper signature / date ____________________     Carrier signature / pickup date ____________________");
  }, "LETTER");
}
