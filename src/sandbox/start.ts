import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Type, type Static } from "typebox";
import { Compile } from "typebox/compile";
import { anchorEntry } from "./carriers/anchor.ts";
import { piedmontEntry } from "./carriers/piedmont.ts";
import { swiftEntry } from "./carriers/swift.ts";
import { dayOf } from "./data/calendar.ts";
import { seededRandom } from "./data/chance.ts";
import { sandboxData, type SandboxData } from "./data/sandbox-data.ts";
import type { SandboxEntry, SandboxPremises } from "./entry.ts";
import { graniteEntry } from "./erp/granite.ts";
import type { Clock } from "#platform";
import type { Counterparty } from "./kernel/counterparty.ts";
import { fileJournal, memoryJournal } from "./kernel/journal.ts";
import { cornerShopEntry } from "./storefront/corner-shop.ts";
import { meridianEntry } from "./tax/meridian.ts";
import { docksideEntry } from "./warehouse/dockside.ts";

/** Everybody there is, by the code of their connector. */
const entries: Readonly<Record<string, (premises: SandboxPremises) => SandboxEntry>> = {
  anchor: anchorEntry,
  "corner-shop": cornerShopEntry,
  dockside: docksideEntry,
  granite: graniteEntry,
  meridian: meridianEntry,
  piedmont: piedmontEntry,
  swift: swiftEntry,
};

export interface SandboxOptions {
  /** Where the journals are kept. Left out: in memory, for tests. */
  readonly folder?: string;
  readonly hubUrl: string;
  /** Where below `hubUrl` a counterparty's messages go. Left out: `/inbound/<code>`. */
  readonly inboundPath?: (code: string) => string;
  /** How many times faster than life the counterparties work. */
  readonly timeScale: number;
  readonly clock: Clock;
  readonly seed: number;
  /** The counterparties take this port and those after it, in the order of their codes. 0: any free ports. */
  readonly firstPort?: number;
}

export interface SandboxSystem {
  readonly code: string;
  readonly title: string;
  readonly url: string;
  /** What its connector needs beside the address. */
  readonly settings: Readonly<Record<string, string>>;
}

export interface Sandbox {
  /** By the code of the connector that speaks to it. */
  readonly systems: Readonly<Record<string, SandboxSystem>>;
  readonly data: SandboxData;
  readonly stop: () => Promise<void>;
}

const Opening = Type.Object({ seed: Type.Integer(), openedOn: Type.String() });
type Opening = Static<typeof Opening>;

/** Starts every counterparty in this process. With a folder, they go on where they were. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { clock, folder, firstPort = 0, timeScale, hubUrl } = options;
  const inboundPath = options.inboundPath ?? ((code) => `/inbound/${code}`);
  const inboundUrl = (code: string) => new URL(inboundPath(code), hubUrl).href;
  const opening = readOpening(folder, { seed: options.seed, openedOn: dayOf(clock.now()) });
  const data = sandboxData(opening);
  const random = seededRandom(opening.seed);
  const started: { readonly party: Counterparty; readonly settings: SandboxEntry["settings"] }[] = [];
  const urlOf = (code: string) => started.find(({ party }) => party.code === code)?.party.url ?? null;
  const stop = async () => {
    await Promise.all(started.map(({ party }) => party.stop()));
  };
  try {
    for (const [index, [code, entry]] of Object.entries(entries)
      .sort(([a], [b]) => a.localeCompare(b))
      .entries()) {
      const { settings, open } = entry({ data, inboundUrl, urlOf, random });
      const journal = folder === undefined ? memoryJournal() : fileJournal(join(folder, `${code}.jsonl`));
      const port = firstPort === 0 ? 0 : firstPort + index;
      started.push({ settings, party: await open({ clock, timeScale, random, journal, port }) });
    }
  } catch (error) {
    await stop();
    throw error;
  }
  const systems = started.map(
    ({ party: { code, title, url }, settings }) => [code, { code, title, url, settings }] as const,
  );
  return { systems: Object.fromEntries(systems), data, stop };
}

/** The day and seed of the first start hold for good: the journals tell of changes to what was there then. */
function readOpening(folder: string | undefined, now: Opening): Opening {
  if (folder === undefined) return now;
  const path = join(folder, "opening.json");
  if (existsSync(path)) return Compile(Opening).Parse(JSON.parse(readFileSync(path, "utf8")));
  mkdirSync(folder, { recursive: true });
  // Moved into place whole: half a file would keep the sandbox from ever starting again.
  writeFileSync(`${path}.new`, `${JSON.stringify(now)}\n`);
  renameSync(`${path}.new`, path);
  return now;
}
