import { Decimal } from "decimal.js";
import type { Piece, Place, Tendered } from "./consignments.ts";
import { drawBarCode, drawnPdf, put, type Pdf } from "./pdf.ts";

export interface Freight {
  readonly carrier: string;
  /** Standard Carrier Alpha Code. */
  readonly scac: string;
  readonly bolNumber: string;
  readonly tendered: Tendered;
}

const LEFT = 30;
const RIGHT = 582;
const MIDDLE = 306;
const ROW = 18;
/** Below this a table goes on overleaf; the signatures need the rest. */
const BOTTOM = 640;

const poundsOf = (pieces: readonly Piece[]): string =>
  pieces.reduce((sum, { lbs }) => sum.plus(lbs), new Decimal(0)).toFixed(2);

/** A straight bill of lading in the layout VICS gave the trade, base64: parties, numbers, customer order, handling units, signatures. */
export function billOfLading(freight: Freight): Promise<string> {
  const { bolNumber, tendered } = freight;
  const sheet = { title: `Bill of lading ${bolNumber}`, size: "LETTER", drawnAt: tendered.bookedAt } as const;
  return drawnPdf(sheet, (pdf) => {
    drawHead(pdf, freight);
    drawParties(pdf, tendered);
    drawNumbers(pdf, freight);
    drawCustomerOrder(pdf, tendered);
    const end = drawHandlingUnits(pdf, freight, 352);
    drawSignatures(pdf, Math.max(end, 560));
  });
}

function box(pdf: Pdf, x: number, y: number, width: number, height: number): void {
  pdf.rect(x, y, width, height).lineWidth(0.7).stroke();
}

/** A black bar with its title, as the form heads its parts. */
function heading(pdf: Pdf, text: string, x: number, y: number, width: number): void {
  pdf.rect(x, y, width, 13).fill("black");
  pdf.fillColor("white");
  put(pdf, text, x + 4, y + 3, { size: 8, bold: true, width: width - 8 });
  pdf.fillColor("black");
}

function drawHead(pdf: Pdf, { tendered: { bookedAt, shipOn } }: Pick<Freight, "tendered">): void {
  put(pdf, `Date ${shipOn ?? bookedAt.slice(0, 10)}`, LEFT, 28);
  put(pdf, "BILL OF LADING", 220, 22, { size: 18, bold: true, width: 200 });
  put(pdf, "SHORT FORM - NOT NEGOTIABLE", 226, 42, { size: 8, width: 200 });
}

function drawParties(pdf: Pdf, { from, to, reference }: Tendered): void {
  const party = (title: string, place: Place, more: string, y: number) => {
    heading(pdf, title, LEFT, y, MIDDLE - LEFT);
    box(pdf, LEFT, y, MIDDLE - LEFT, 72);
    const lines = [
      `Name: ${place.name}`,
      `Address: ${place.street}`,
      `City/State/Zip: ${place.city}, ${place.region} ${place.postal}`,
      more,
    ];
    for (const [index, text] of lines.entries()) put(pdf, text, LEFT + 4, y + 17 + index * 13, { width: 268 });
  };
  party("SHIP FROM", from, `SID#: ${reference}`, 60);
  party("SHIP TO", to, "CID#:", 132);
  heading(pdf, "FREIGHT CHARGE TERMS", LEFT, 204, MIDDLE - LEFT);
  box(pdf, LEFT, 204, MIDDLE - LEFT, 36);
  put(pdf, "Prepaid  X      Collect  __      3rd party  __", LEFT + 4, 222);
}

function drawNumbers(pdf: Pdf, { bolNumber, carrier, scac, tendered }: Freight): void {
  const width = RIGHT - MIDDLE;
  box(pdf, MIDDLE, 60, width, 180);
  put(pdf, `Bill of lading number: ${bolNumber}`, MIDDLE + 6, 65, { size: 11, bold: true, width: 264 });
  drawBarCode(pdf, bolNumber, { x: MIDDLE + 40, y: 80, width: 196, height: 38 });
  put(pdf, `CARRIER NAME: ${carrier}`, MIDDLE + 6, 126, { bold: true, width: 264 });
  put(pdf, `SCAC: ${scac}     Service: ${tendered.service}`, MIDDLE + 6, 140, { width: 264 });
  put(pdf, "Trailer number: ____________     Seal number(s): ____________", MIDDLE + 6, 154, { width: 268, size: 8 });
  put(pdf, `PRO number: ${tendered.number}`, MIDDLE + 6, 172, { size: 11, bold: true, width: 264 });
  drawBarCode(pdf, tendered.number, { x: MIDDLE + 40, y: 190, width: 196, height: 38 });
}

interface Column {
  readonly title: string;
  readonly width: number;
}

/** One row of a table: a box for each column, the text in it. */
function drawRow(pdf: Pdf, columns: readonly Column[], texts: readonly string[], y: number, bold = false): void {
  let x = LEFT;
  for (const [index, { width }] of columns.entries()) {
    box(pdf, x, y, width, ROW);
    put(pdf, texts[index] ?? "", x + 3, y + 5, { size: bold ? 7 : 8, bold, width: width - 6 });
    x += width;
  }
}

const titlesOf = (columns: readonly Column[]): readonly string[] => columns.map(({ title }) => title);

// prettier-ignore
const orderColumns: readonly Column[] = [
  { title: "CUSTOMER ORDER NUMBER", width: 202 }, { title: "# PKGS", width: 60 }, { title: "WEIGHT (LB)", width: 80 },
  { title: "PALLET/SLIP", width: 70 }, { title: "ADDITIONAL SHIPPER INFO", width: 140 },
];

function drawCustomerOrder(pdf: Pdf, { shipperOrder, pieces, reference }: Tendered): void {
  heading(pdf, "CUSTOMER ORDER INFORMATION", LEFT, 252, RIGHT - LEFT);
  drawRow(pdf, orderColumns, titlesOf(orderColumns), 265, true);
  const row = [shipperOrder, String(pieces.length), poundsOf(pieces), "Y", reference];
  drawRow(pdf, orderColumns, row, 265 + ROW);
  drawRow(pdf, orderColumns, ["GRAND TOTAL", String(pieces.length), poundsOf(pieces)], 265 + 2 * ROW, true);
}

// prettier-ignore
const unitColumns: readonly Column[] = [
  { title: "QTY", width: 32 }, { title: "TYPE", width: 36 }, { title: "WEIGHT (LB)", width: 70 }, { title: "H.M. (X)", width: 48 },
  { title: "HANDLING UNIT (SSCC), SIZE L x W x H", width: 296 }, { title: "LTL CLASS", width: 70 },
];

/** Answers where the table ends. */
function drawHandlingUnits(pdf: Pdf, { tendered, bolNumber }: Freight, top: number): number {
  let y = top;
  const begin = () => {
    heading(pdf, "CARRIER INFORMATION", LEFT, y, RIGHT - LEFT);
    drawRow(pdf, unitColumns, titlesOf(unitColumns), y + 13, true);
    y += 13 + ROW;
  };
  begin();
  for (const { id, lbs, inches, hazmat, freightClass } of tendered.pieces) {
    if (y > BOTTOM) {
      pdf.addPage();
      put(pdf, `Bill of lading number: ${bolNumber}, continued`, LEFT, 28, { bold: true });
      y = 50;
      begin();
    }
    const size = `(00) ${id}     ${inches.join(" x ")} in`;
    drawRow(pdf, unitColumns, ["1", "PLT", lbs, hazmat ? "X" : "", size, freightClass], y);
    y += ROW;
  }
  const totals = [String(tendered.pieces.length), "", poundsOf(tendered.pieces), "", "GRAND TOTAL", ""];
  drawRow(pdf, unitColumns, totals, y, true);
  return y + 2 * ROW;
}

function drawSignatures(pdf: Pdf, y: number): void {
  const width = (RIGHT - LEFT) / 2;
  for (const [index, [title, oath]] of [
    ["SHIPPER SIGNATURE / DATE", "The materials named above are properly classified, packaged, marked and labeled."],
    ["CARRIER SIGNATURE / PICKUP DATE", "Carrier acknowledges receipt of the packages named above, in good order."],
  ].entries()) {
    const x = LEFT + index * width;
    box(pdf, x, y, width, 60);
    put(pdf, title ?? "", x + 4, y + 5, { size: 8, bold: true, width: width - 8 });
    put(pdf, oath ?? "", x + 4, y + 17, { size: 6.5, width: width - 8 });
    pdf
      .moveTo(x + 10, y + 50)
      .lineTo(x + width - 10, y + 50)
      .stroke();
  }
}
