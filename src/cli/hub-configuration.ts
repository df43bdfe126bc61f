import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { readHub, type HubConfiguration } from "#main";

const FILE = "crossdock.config.ts";

/** The configuration of the folder we stand in, or the one that comes with the hub; folders in it are relative to the file. */
export async function readHubConfiguration(): Promise<HubConfiguration> {
  const here = resolve(FILE);
  const file = existsSync(here) ? here : fileURLToPath(new URL(`../../${FILE}`, import.meta.url));
  const module: { default?: unknown } = await import(pathToFileURL(file).href);
  const configuration = readHub(module.default);
  const folder = dirname(file);
  const { stock } = configuration;
  const folders = (stock?.folders ?? []).map((dropped) => ({ ...dropped, folder: resolve(folder, dropped.folder) }));
  return {
    ...configuration,
    dataFolder: resolve(folder, configuration.dataFolder),
    channels: configuration.channels.map((channel) =>
      channel.folder ? { ...channel, folder: resolve(folder, channel.folder) } : channel,
    ),
    ...(stock ? { stock: { ...stock, folders } } : {}),
  };
}
