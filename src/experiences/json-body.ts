import { CrossdockError } from "#contracts";

/** V8 says where, but in words of its own: `Expected ',' ... in JSON at position 15 (line 1 column 16)`. */
function whereOf(message: string, text: string): string {
  const place = /\(line (\d+) column (\d+)\)/.exec(message);
  if (place) return `line ${place[1]}, column ${place[2]}`;
  const lines = text.split("\n");
  return `line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1}`;
}

const reasonOf = (message: string): string =>
  message
    .replace(/ in JSON.*$/s, "")
    .replace(/, "?\.{0,3}.*is not valid JSON$/s, "")
    .replace(/^Unexpected end of JSON input$/, "it ends too early");

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Reads a body as JSON; throws "malformed-body" with line and column. */
export function parseJsonBody(body: Buffer): unknown {
  if (body.length === 0) throw new CrossdockError("malformed-body", "The body is empty; JSON was expected.");
  let text: string;
  try {
    text = utf8.decode(body);
  } catch (cause) {
    throw new CrossdockError("malformed-body", "The body is not UTF-8.", { cause });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    const where = whereOf(message, text);
    throw new CrossdockError("malformed-body", `Not JSON at ${where}: ${reasonOf(message)}.`, { cause });
  }
}
