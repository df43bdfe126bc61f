/** Bytes lent for one answer; given back once they are on their way. */
export interface LentBytes {
  readonly bytes: Buffer;
  /** Whoever gives back must not touch the bytes any more. */
  giveBack(): void;
}

const SMALL_BYTES = 32_768;
const FREE_MAX = 32;

/**
 * Large answers are put together in memory that was used before: fresh memory of that size comes page by page from the system, and to fault the
 * pages in takes ten times as long as to copy the answer.
 */
export function createAnswerBuffers(): (parts: readonly Buffer[]) => LentBytes {
  const free: Buffer[] = [];

  function large(bytes: number): Buffer {
    const at = free.findIndex(({ length }) => length >= bytes);
    const [found] = at < 0 ? [] : free.splice(at, 1);
    return found ?? Buffer.allocUnsafeSlow(2 ** Math.ceil(Math.log2(bytes)));
  }

  return (parts) => {
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    if (length <= SMALL_BYTES) return { bytes: Buffer.concat(parts, length), giveBack: () => undefined };
    const whole = large(length);
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    let isLent = true;
    return {
      bytes: whole.subarray(0, length),
      giveBack() {
        if (isLent && free.length < FREE_MAX) free.push(whole);
        isLent = false;
      },
    };
  };
}
