import { createReadStream, createWriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { parseArgs } from "node:util";
import { systemClock } from "#platform";
import type { CliCommand } from "./command.ts";
import type { HubClient } from "./hub-client.ts";
import { withHub } from "./local-hub.ts";
import { createSendingScreen, type SendingScreen } from "./sending-screen.ts";
import {
  readRejectsPage,
  readSnapshotAnswer,
  readSnapshotPage,
  rejectsOf,
  reportOf,
  tableOf,
  type ToldSnapshot,
} from "./stock-answers.ts";

const usage = {
  snapshot:
    "stock snapshot FILE --source SOURCE --sequence N [--as-of INSTANT] [--branch BRANCH ...] [--missing zero|left-alone] [--dry-run] [--differences N]",
  mend: "stock mend ID FILE [--dry-run]",
  snapshots: "stock snapshots [--source SOURCE] [--limit N]",
  rejects: "stock rejects ID [--out FILE]",
};

/** A file that is sent, or what is piped in under the name of `-`. */
interface OpenedFile {
  readonly bytes: Readable;
  readonly length: number | null;
  readonly writtenAt: Date | null;
}

async function openFile(file: string): Promise<OpenedFile> {
  if (file === "-") return { bytes: process.stdin, length: null, writtenAt: null };
  const { size, mtime } = await stat(file);
  return { bytes: createReadStream(file), length: size, writtenAt: mtime };
}

const LINE_END = 10;

/** The same bytes, told as they leave. */
async function* shown(
  { bytes, length }: OpenedFile,
  screen: SendingScreen,
  sent: () => void,
): AsyncGenerator<Uint8Array> {
  let bytesSent = 0;
  let lines = 0;
  for await (const chunk of bytes) {
    const buffer = Buffer.from(chunk);
    bytesSent += buffer.length;
    for (let at = buffer.indexOf(LINE_END); at >= 0; at = buffer.indexOf(LINE_END, at + 1)) lines += 1;
    yield buffer;
    screen.sending({ bytesSent, bytesTotal: length, lines });
  }
  sent();
}

const LOOK_MS = 500;

/** Once all is sent, says what the hub does with it until it answers. */
async function showWork(
  client: HubClient,
  screen: SendingScreen,
  isOurs: (snapshot: ToldSnapshot) => boolean,
  answered: AbortSignal,
): Promise<void> {
  while (!answered.aborted) {
    await systemClock.sleep(LOOK_MS, answered);
    if (answered.aborted) return;
    const ours = readSnapshotPage(await client.get("/v1/stock/snapshots?limit=10")).find(isOurs);
    if (ours?.progress)
      screen.say(`${ours.progress.phase}: ${ours.changed.toLocaleString("en-US")} positions changed so far`);
  }
}

async function sendLines(
  client: HubClient,
  path: string,
  file: OpenedFile,
  name: string,
  isOurs: (snapshot: ToldSnapshot) => boolean,
): Promise<number> {
  const screen = createSendingScreen();
  const over = new AbortController();
  const all = Promise.withResolvers<void>();
  const working = all.promise.then(() => showWork(client, screen, isOurs, over.signal)).catch(() => {});
  try {
    const isJson = /\.(ndjson|jsonl)$/i.test(name);
    const answer = await client.send(path, {
      bytes: shown(file, screen, all.resolve),
      length: file.length,
      type: isJson ? "application/x-ndjson" : "text/csv",
    });
    over.abort();
    all.resolve();
    await working;
    screen.end();
    const snapshot = readSnapshotAnswer(answer);
    for (const line of reportOf(snapshot)) console.log(line);
    return snapshot.rejected > 0 ? 1 : 0;
  } finally {
    over.abort();
    screen.end();
  }
}

async function sendSnapshot(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      source: { type: "string" },
      sequence: { type: "string" },
      "as-of": { type: "string" },
      branch: { type: "string", multiple: true },
      missing: { type: "string" },
      "dry-run": { type: "boolean", default: false },
      differences: { type: "string" },
    },
  });
  const [name] = positionals;
  const { source, sequence } = values;
  if (!name || !source || !sequence)
    return misunderstood("snapshot", "A file, its --source and its --sequence are needed.");
  const file = await openFile(name);
  const asOf = values["as-of"] ?? file.writtenAt?.toISOString();
  if (!asOf) return misunderstood("snapshot", "Of what is piped in nobody knows when it was so: say --as-of.");
  const query = new URLSearchParams({ source, sequence, asOf, dryRun: String(values["dry-run"]) });
  if (values.branch) query.set("branches", values.branch.join(","));
  if (values.missing) query.set("missingPositions", values.missing);
  if (values.differences) query.set("differences", values.differences);
  return withHub(({ client }) =>
    sendLines(
      client,
      `/v1/stock/snapshots?${query.toString()}`,
      file,
      name,
      (told) => told.source === source && told.sequence === sequence && told.status === "running",
    ),
  );
}

async function mendSnapshot(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { "dry-run": { type: "boolean", default: false } },
  });
  const [id, name] = positionals;
  if (!id || !name) return misunderstood("mend", "A snapshot's id and a file with what of it is mended are needed.");
  const file = await openFile(name);
  const path = `/v1/stock/snapshots/${encodeURIComponent(id)}/mended?dryRun=${String(values["dry-run"])}`;
  return withHub(({ client }) =>
    sendLines(client, path, file, name, ({ mends, status }) => mends === id && status === "running"),
  );
}

async function listSnapshots(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { source: { type: "string" }, limit: { type: "string", default: "20" } },
  });
  const query = new URLSearchParams({ limit: values.limit, ...(values.source ? { source: values.source } : {}) });
  return withHub(async ({ client }) => {
    const snapshots = readSnapshotPage(await client.get(`/v1/stock/snapshots?${query.toString()}`));
    console.log(snapshots.length === 0 ? "None was sent yet." : tableOf(snapshots));
    return 0;
  });
}

async function showRejects(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { out: { type: "string" } },
  });
  const [id] = positionals;
  if (!id) return misunderstood("rejects", "A snapshot's id is needed; `crossdock stock snapshots` lists them.");
  const path = `/v1/stock/snapshots/${encodeURIComponent(id)}/rejects`;
  return withHub(async ({ client }) => {
    if (values.out) {
      await pipeline(Readable.from(await client.download(`${path}/file`)), createWriteStream(values.out));
      console.log(
        `Written to ${values.out}. Corrected, it is sent again so: npx crossdock stock mend ${id} ${values.out}`,
      );
      return 0;
    }
    for (const line of rejectsOf(readRejectsPage(await client.get(path)), id)) console.log(line);
    return 0;
  });
}

function misunderstood(word: keyof typeof usage, why: string): number {
  console.error(`${why}\n  crossdock ${usage[word]}`);
  return 2;
}

const words: Readonly<Record<keyof typeof usage, (args: readonly string[]) => Promise<number>>> = {
  snapshot: sendSnapshot,
  mend: mendSnapshot,
  snapshots: listSnapshots,
  rejects: showRejects,
};
const isWord = (word: string): word is keyof typeof usage => Object.hasOwn(words, word);

export const stock: CliCommand = {
  name: "stock",
  usage: "stock snapshot|mend|snapshots|rejects ...",
  summary: "Send what a source states of its whole stock; what came of it, what could not be taken, and mend that.",
  async run([word = "", ...args]) {
    if (isWord(word)) return words[word](args);
    console.error(
      `One of these:\n${Object.values(usage)
        .map((line) => `  crossdock ${line}`)
        .join("\n")}`,
    );
    return 2;
  },
};
