/** How far a file is on its way. */
export interface Sending {
  readonly bytesSent: number;
  /** Null: not known. */
  readonly bytesTotal: number | null;
  readonly lines: number;
  readonly elapsedMs: number;
}

const BAR_CHARACTERS = 30;
const count = (many: number) => Math.round(many).toLocaleString("en-US");

/** One line: how much of the file is sent, how many lines that are, and how many a second. */
export function sendingLine({ bytesSent, bytesTotal, lines, elapsedMs }: Sending, hasBar: boolean): string {
  const share = bytesTotal ? Math.min(1, bytesSent / bytesTotal) : null;
  const full = Math.floor((share ?? 0) * BAR_CHARACTERS);
  const bar = hasBar && share !== null ? `[${"#".repeat(full)}${".".repeat(BAR_CHARACTERS - full)}] ` : "";
  const percent = share === null ? "" : `${String(Math.floor(share * 100)).padStart(3)} %  `;
  const rate = elapsedMs > 0 ? `  ${count((lines * 1000) / elapsedMs)} lines/s` : "";
  return `  ${bar}${percent}${count(lines)} lines${rate}`;
}

const REDRAW_MS = 100;
const PLAIN_MS = 5000;
const CLEAR = "\r\u001B[K";

/** Where a person looks, one line that is written over; elsewhere a line every few seconds. Written to where errors go: what is answered stays alone. */
export function createSendingScreen({ isTerminal = process.stderr.isTTY, write = toErrors, now = Date.now } = {}) {
  const begun = now();
  let shownMs = begun;
  const isTime = () => now() - shownMs >= (isTerminal ? REDRAW_MS : PLAIN_MS);
  function show(line: string): void {
    shownMs = now();
    write(isTerminal ? `${CLEAR}${line}` : `${line}\n`);
  }
  return {
    sending: (so: Omit<Sending, "elapsedMs">) =>
      isTime() ? show(sendingLine({ ...so, elapsedMs: now() - begun }, isTerminal)) : undefined,
    /** What the hub does meanwhile. */
    say: (what: string) => (isTime() ? show(`  ${what}`) : undefined),
    end: () => (isTerminal ? write(CLEAR) : undefined),
  };
}
export type SendingScreen = ReturnType<typeof createSendingScreen>;

const toErrors = (text: string): void => void process.stderr.write(text);
