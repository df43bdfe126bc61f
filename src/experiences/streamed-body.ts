import { CrossdockError } from "#contracts";
import type { Clock } from "#platform";
import type { FastifyReply, FastifyRequest } from "fastify";

export interface StreamedBodyOptions {
  readonly clock: Clock;
  /** For so long a sender may say nothing while he is being listened to. */
  readonly silenceMs?: number;
  readonly bytesMax?: number;
}

const SILENCE_MS = 30_000;
const BYTES_MAX = 4 * 1024 ** 3;
/** Who is told that his body is not wanted may go on sending for so long: cut off at once, he would never read the answer. */
const RUN_OUT_MS = 10_000;

type Request = Pick<FastifyRequest, "raw" | "server">;

/**
 * A body while it comes, no faster than it is used. Throws "body-not-completed" where the sender hangs up or falls silent, "body-too-large", and
 * "overloaded" where the hub stops. What is not read of it is let run out, so that the sender reads the answer.
 */
export async function* readStreamedBody(
  { raw, server }: Request,
  reply: Pick<FastifyReply, "header">,
  { clock, silenceMs = SILENCE_MS, bytesMax = BYTES_MAX }: StreamedBodyOptions,
): AsyncGenerator<Uint8Array> {
  const chunks: AsyncIterator<Uint8Array> = raw.iterator({ destroyOnReturn: false });
  let bytes = 0;
  let patience = new AbortController();
  const stop = () => patience.abort();
  server.stopping.addEventListener("abort", stop);
  try {
    for (;;) {
      patience = new AbortController();
      if (server.stopping.aborted) throw stopping();
      const coming = chunks.next();
      coming.catch(() => {});
      const next = await Promise.race([coming, clock.sleep(silenceMs, patience.signal).then(() => null)]).catch(
        (cause: unknown) => {
          throw new CrossdockError("body-not-completed", `The sender hung up after ${bytes} bytes.`, { cause });
        },
      );
      patience.abort();
      if (next === null) {
        void reply.header("connection", "close");
        throw server.stopping.aborted ? stopping() : silent(silenceMs, bytes);
      }
      if (next.done) return;
      bytes += next.value.length;
      if (bytes > bytesMax) throw new CrossdockError("body-too-large", `At most ${bytesMax} bytes are taken.`);
      yield next.value;
    }
  } finally {
    patience.abort();
    server.stopping.removeEventListener("abort", stop);
    letRunOut(raw, chunks, clock, server.stopping);
  }
}

const stopping = () => new CrossdockError("overloaded", "The hub is stopping; nothing of the body was taken.");
const silent = (silenceMs: number, bytes: number) =>
  new CrossdockError("body-not-completed", `The sender was silent for ${silenceMs / 1000} s, after ${bytes} bytes.`);

function letRunOut(raw: Request["raw"], chunks: AsyncIterator<Uint8Array>, clock: Clock, stopped: AbortSignal): void {
  if (raw.readableEnded || raw.destroyed) return;
  const over = new AbortController();
  const cut = () => over.abort();
  raw.once("close", cut);
  stopped.addEventListener("abort", cut);
  // Who reads by hand must have let go of it first; that never comes of one who is silent.
  void chunks.return?.().then(
    () => raw.resume(),
    () => {},
  );
  void cutAfter(clock.sleep(RUN_OUT_MS, over.signal));
  async function cutAfter(patience: Promise<void>): Promise<void> {
    await patience;
    stopped.removeEventListener("abort", cut);
    if (!raw.readableEnded) raw.destroy();
  }
}
