import type { Piece, Place, Tendered } from "./consignments.ts";
import { drawBarCode, drawnPdf, put } from "./pdf.ts";

/** One parcel of a consignment: which it is, of how many. */
export interface Labelled {
  readonly carrier: string;
  readonly serviceName: string;
  readonly tendered: Tendered;
  readonly piece: Piece;
  readonly index: number;
}

/** What a printer would take for a command of its own, or for the end of a line, is printed as a blank. */
const plain = (text: string): string => text.replaceAll(/[\^~\\\p{Cc}]/gu, " ");
const townOf = ({ city, region, postal }: Place): string => [city, region, postal].filter(Boolean).join(" ");
const countOf = ({ tendered: { pieces }, index }: Labelled): string => `${index + 1} OF ${pieces.length}`;

/** A field of ZPL: printed at (x, y) in this height, on so many lines of the label's width. */
const field = (x: number, y: number, height: number, text: string, lines = 1): string =>
  `^FO${x},${y}^A0N,${height},${height}^FB${772 - x},${lines},0,L^FD${plain(text)}^FS`;

/** One ZPL II label of 4 by 6 inches at 203 dpi: who, where, service, the number as Code 128, and the carton's SSCC as GS1-128. */
export function zplLabel(labelled: Labelled): string {
  const { carrier, serviceName, piece } = labelled;
  const { number, service, from, to, shipperOrder } = labelled.tendered;
  return [
    "^XA",
    // UTF-8; 4 by 6 inches.
    "^CI28^PW812^LL1218^LH0,0",
    field(40, 40, 50, carrier),
    field(600, 36, 70, service),
    field(40, 100, 26, serviceName.toUpperCase()),
    field(40, 140, 24, `FROM ${from.name}, ${from.street}, ${townOf(from)}`, 2),
    "^FO40,200^GB732,3,3^FS",
    field(40, 215, 26, "SHIP TO"),
    field(40, 250, 38, to.name),
    field(40, 295, 38, to.street, 2),
    field(40, 380, 46, townOf(to)),
    "^FO40,440^GB732,3,3^FS",
    field(40, 455, 28, `${countOf(labelled)}   ${piece.lbs} LB   ${piece.inches.join(" X ")} IN`),
    field(40, 490, 28, `PO ${shipperOrder}`),
    `^FO60,550^BY3^BCN,220,Y,N,N^FD${number}^FS`,
    "^FO40,830^GB732,3,3^FS",
    field(40, 845, 26, "SSCC"),
    // In subset C from the start (>;), then FNC1 (>8): what makes it GS1-128, here with application identifier 00.
    `^FO80,885^BY3^BCN,200,Y,N,N^FD>;>800${piece.id}^FS`,
    "^XZ",
  ].join("\n");
}

/** The same label for who has no label printer: 4 by 6 inches, base64. */
export function pdfLabel(labelled: Labelled): Promise<string> {
  const { carrier, serviceName, piece } = labelled;
  const { number, service, from, to, shipperOrder, bookedAt } = labelled.tendered;
  return drawnPdf({ title: `Label ${number}`, size: [288, 432], drawnAt: bookedAt }, (pdf) => {
    const line = (y: number) => pdf.moveTo(14, y).lineTo(274, y).lineWidth(1).stroke();
    const write = (text: string, y: number, size: number, bold = false) =>
      put(pdf, text, 14, y, { size, bold, width: 260 });
    write(carrier, 14, 18, true);
    put(pdf, service, 214, 12, { size: 24, bold: true, width: 64 });
    write(serviceName, 36, 9);
    write(`FROM ${from.name}, ${from.street}`, 52, 8);
    write(townOf(from), 62, 8);
    line(76);
    write("SHIP TO", 82, 8, true);
    write(to.name, 94, 14);
    write(to.street, 111, 14);
    write(townOf(to), 130, 16, true);
    line(154);
    write(`${countOf(labelled)}   ${piece.lbs} LB   ${piece.inches.join(" x ")} in   PO ${shipperOrder}`, 160, 9);
    drawBarCode(pdf, number, { x: 24, y: 180, width: 240, height: 90 });
    write(number, 276, 12, true);
    line(298);
    drawBarCode(pdf, `^FNC100${piece.id}`, { x: 24, y: 308, width: 240, height: 80 });
    write(`SSCC (00) ${piece.id}`, 394, 10);
  });
}
