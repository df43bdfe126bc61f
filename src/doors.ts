import type { EventDraft } from "#contracts";
import type { EventLog } from "#events";
import { newsDoor, storefrontDoor, type NewsRecord, type Submit, type WebhookDoor } from "#experiences";
import type { Clock, Database, Queryable } from "#platform";
import { carrierNewsToEvents, warehouseNewsToEvents, type Read } from "#processes";
import type { HubConfiguration } from "./configuration.ts";
import type { ConnectedSystem } from "./system-handles.ts";

interface DoorOptions {
  readonly configuration: HubConfiguration;
  readonly connected: readonly ConnectedSystem[];
  readonly database: Database;
  readonly eventLog: EventLog;
  readonly clock: Clock;
  readonly submit: Submit;
}

/** News may be quicker than our reading of the answer it follows from; it is looked at so often before it counts as unknown. */
const LOOKS = 6;
const LOOK_AGAIN_MS = 250;

type ReadNews<News> = (database: Queryable, system: string, news: readonly News[]) => Promise<Read<News>>;

function recorder<News>(system: string, read: ReadNews<News>, { database, eventLog, clock }: DoorOptions) {
  async function placed(news: readonly News[]): Promise<Read<News>> {
    for (let look = 1; ; look += 1) {
      const result = await read(database, system, news);
      if (result.unmatched.length === 0 || look === LOOKS) return result;
      await clock.sleep(LOOK_AGAIN_MS);
    }
  }
  const append = (drafts: readonly EventDraft[]) => database.transaction((tx) => eventLog.append(tx, drafts));

  return async (news: readonly News[]): Promise<NewsRecord> => {
    const { drafts, unmatched } = await placed(news);
    const appended = await append(drafts);
    return { appended: appended.filter(({ duplicate }) => !duplicate).length, unmatched };
  };
}

/** Where the configured systems' messages come in, by the code of the system. */
export function openWebhookDoors(options: DoorOptions): ReadonlyMap<string, WebhookDoor> {
  const doors = options.connected.flatMap((system) => doorsOf(system, options));
  return new Map(doors.map((door) => [door.system, door]));
}

function doorsOf({ code: system, connector, settings }: ConnectedSystem, options: DoorOptions): readonly WebhookDoor[] {
  switch (connector.kind) {
    case "storefront": {
      const { readOrder, readMendedOrder } = connector;
      const channels = options.configuration.channels.filter(({ storefront }) => storefront === system);
      if (!readOrder) return [];
      return channels.map(({ code: channel }) =>
        storefrontDoor({
          system,
          channel,
          readOrder: (message) => readOrder(message, settings, channel),
          ...(readMendedOrder ? { readMendedOrder: (body: Buffer) => readMendedOrder(body, settings, channel) } : {}),
          submit: options.submit,
        }),
      );
    }
    case "warehouse": {
      const { readNews } = connector;
      if (!readNews) return [];
      return [
        newsDoor({
          system,
          readNews: (message) => readNews(message, settings),
          record: recorder(system, warehouseNewsToEvents, options),
        }),
      ];
    }
    case "carrier": {
      const { readNews } = connector;
      if (!readNews) return [];
      return [
        newsDoor({
          system,
          readNews: (message) => readNews(message, settings),
          record: recorder(system, carrierNewsToEvents, options),
        }),
      ];
    }
    case "erp":
    case "tax":
      return [];
  }
}
