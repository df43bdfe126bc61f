import { toBuffer } from "bwip-js/node";
import PdfDocument from "pdfkit";

export type Pdf = InstanceType<typeof PdfDocument>;

/** Code 128 of a text, as PNG. `^FNC1` stands for the sign that makes it GS1-128. */
export const barCode = (text: string): Promise<Buffer> =>
  toBuffer({ bcid: "code128", text, parsefnc: true, scale: 3, height: 12 });

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
