import bwip from "bwip-js/node";
import PdfDocument from "pdfkit";
import { Type } from "typebox";
import { Compile } from "typebox/compile";

export type Pdf = InstanceType<typeof PdfDocument>;

/** What we need of bwip-js: how wide bars and spaces are, in turn, in modules. */
const readBars = Compile(Type.Tuple([Type.Object({ sbs: Type.Array(Type.Number()) })]));

interface Frame {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Code 128 of a text, drawn as bars and not as an image: sharp on any printer, and the same bytes each time (images are packed in the
 * background, and come into the file in whatever order they are ready). `^FNC1` stands for the sign that makes it GS1-128.
 */
export function drawBarCode(pdf: Pdf, text: string, { x, y, width, height }: Frame): void {
  const [{ sbs }] = readBars.Parse(bwip.raw({ bcid: "code128", text, parsefnc: true }));
  const module = width / sbs.reduce((sum, modules) => sum + modules, 0);
  let left = x;
  for (const [index, modules] of sbs.entries()) {
    if (index % 2 === 0) pdf.rect(left, y, modules * module, height);
    left += modules * module;
  }
  pdf.fill("black");
}

interface Sheet {
  readonly title: string;
  readonly size: [number, number] | "LETTER";
  /** Dates the file, so that the same paper drawn again is the same bytes. */
  readonly drawnAt: string;
}

/** Draws a PDF and answers it base64. Coordinates are points from the upper left. */
export async function drawnPdf({ title, size, drawnAt }: Sheet, draw: (pdf: Pdf) => void): Promise<string> {
  const info = { Title: title, Producer: "Crossdock sandbox", CreationDate: new Date(drawnAt) };
  const pdf = new PdfDocument({ size, margin: 0, info });
  const chunks: Buffer[] = [];
  pdf.on("data", (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise<void>((resolve) => void pdf.on("end", () => resolve()));
  draw(pdf);
  pdf.end();
  await ended;
  return Buffer.concat(chunks).toString("base64");
}

/** One line of text in its place; what is too long is cut, as a form's box cuts it. */
export function put(
  pdf: Pdf,
  text: string,
  x: number,
  y: number,
  {
    size = 9,
    bold = false,
    width = 540,
  }: { readonly size?: number; readonly bold?: boolean; readonly width?: number } = {},
): void {
  pdf.font(bold ? "Helvetica-Bold" : "Helvetica").fontSize(size);
  pdf.text(text, x, y, { width, height: size * 1.2, ellipsis: true, lineBreak: false });
}
