import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { DataFolder } from "./data-folder.ts";

/** The longest path that is an address, without the byte that ends it: macOS and the BSDs take 104 with it, Linux 108 (unix(7)). */
const ADDRESS_BYTES_MAX = 103;
const PREFIX = ".s.PGSQL.";

const addressOf = (folder: DataFolder, port: number): string => join(folder.path, `${PREFIX}${port}`);

/**
 * The folder for the server's socket, beside its files: to write to it costs the hub less than TCP of the same machine does. Empty where there can
 * be none: on Windows, and where the path is too long.
 */
export function socketFolder(folder: DataFolder, port: number): string {
  const fits = Buffer.byteLength(addressOf(folder, port)) <= ADDRESS_BYTES_MAX;
  return fits && process.platform !== "win32" ? folder.path : "";
}

/** Whether a server of this port left its socket there: one that was started without goes on without. */
export const hasSocket = (folder: DataFolder, port: number): boolean => existsSync(addressOf(folder, port));

/**
 * What a server that was killed left behind. Under the start lock, and where none runs: after a reboot its lock may name a living stranger, and postgres
 * would refuse to start.
 */
export function removeSockets(folder: DataFolder): void {
  for (const name of readdirSync(folder.path))
    if (name.startsWith(PREFIX)) rmSync(join(folder.path, name), { force: true });
}
