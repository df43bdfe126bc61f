import {
  ConfigurationError,
  createHttpClient,
  createLane,
  resolveSecrets,
  type Clock,
  type Exchange,
  type Lane,
} from "#platform";
import type { SystemHandle, SystemsAtHand } from "#processes";
import {
  connectorByCode,
  type AnyConnector,
  type Carrier,
  type Erp,
  type Storefront,
  type TaxEngine,
  type Warehouse,
} from "#systems";
import { Value } from "typebox/value";
import type { HubConfiguration, SystemSettings } from "./configuration.ts";

/** A configured system with everything that is needed to talk to it. */
export interface ConnectedSystem {
  readonly code: string;
  readonly lane: Lane;
  readonly connector: AnyConnector;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly handle: SystemHandle;
}

/** Where a sandbox counterparty listens, and its credentials. */
export interface SandboxAddress {
  readonly code: string;
  readonly url: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly sandbox: readonly SandboxAddress[];
  readonly clock: Clock;
  readonly record: (exchange: Exchange) => void;
}

interface Address {
  readonly url: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

function addressOf(system: SystemSettings, path: string, { sandbox, environment }: Surroundings): Address {
  if (system.sandbox) {
    const counterparty = sandbox.find(({ code }) => code === system.connector);
    if (!counterparty)
      throw new ConfigurationError([`${path}/connector: the sandbox has no counterparty for "${system.connector}".`]);
    return counterparty;
  }
  if (!system.url) throw new ConfigurationError([`${path}/url: expected the system's address, or \`sandbox: true\`.`]);
  return { url: system.url, settings: resolveSecrets(system.settings ?? {}, environment, `${path}/settings`) };
}

function connect(system: SystemSettings, path: string, surroundings: Surroundings): ConnectedSystem {
  const connector = connectorByCode(system.connector);
  if (!connector) throw new ConfigurationError([`${path}/connector: there is no connector "${system.connector}".`]);
  const { url, settings } = addressOf(system, path, surroundings);
  const faults = Value.Errors(connector.settings, settings).map(
    ({ instancePath, message }) => `${path}/settings${instancePath}: ${message}`,
  );
  if (faults.length > 0) throw new ConfigurationError(faults);
  const { clock, record } = surroundings;
  const lane = createLane({ system: system.code, limits: { ...connector.limits, ...system.limits }, clock });
  const client = createHttpClient({ baseUrl: url, lane, clock, record, headers: connector.authorize(settings) });
  const handle: SystemHandle = {
    code: system.code,
    connector,
    call: ({ idempotencyKey, correlationId, attempt, signal, maybeDone, now }) => ({
      settings,
      http: client({ correlationId, idempotencyKey, attempt, signal }),
      idempotencyKey,
      correlationId,
      signal,
      maybeDone,
      now,
    }),
  };
  return { code: system.code, lane, connector, settings, handle };
}

/** Connects every configured system; throws one ConfigurationError with the faults of all of them. */
export function connectSystems({ systems }: HubConfiguration, surroundings: Surroundings): readonly ConnectedSystem[] {
  const faults: string[] = [];
  const connected = systems.flatMap((system, index) => {
    try {
      return [connect(system, `/systems/${index}`, surroundings)];
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      faults.push(...error.faults);
      return [];
    }
  });
  if (faults.length > 0) throw new ConfigurationError(faults);
  return connected;
}

type Kind = AnyConnector["kind"];
interface PortOf {
  readonly erp: Erp;
  readonly warehouse: Warehouse;
  readonly carrier: Carrier;
  readonly tax: TaxEngine;
  readonly storefront: Storefront;
}

const isOf = <Of extends Kind>(handle: SystemHandle, kind: Of): handle is SystemHandle<PortOf[Of]> =>
  handle.connector.kind === kind;

/** The systems as processes ask for them. Throws where the configuration names one that is not there, or not of that kind. */
export function systemsAtHand(configuration: HubConfiguration, connected: readonly ConnectedSystem[]): SystemsAtHand {
  const handles = connected.map(({ handle }) => handle);
  const all = <Of extends Kind>(kind: Of): readonly SystemHandle<PortOf[Of]>[] =>
    handles.filter((handle) => isOf(handle, kind));
  const named = <Of extends Kind>(kind: Of, code: string | undefined, what: string): SystemHandle<PortOf[Of]> => {
    const found = all(kind).find((handle) => code === undefined || handle.code === code);
    if (!found)
      throw new ConfigurationError([
        `/systems: ${what} needs a system of kind "${kind}"${code ? ` with the code "${code}"` : ""}.`,
      ]);
    return found;
  };
  const erp = named("erp", undefined, "the hub");
  const tax = named("tax", undefined, "the hub");
  const warehouses = new Map(
    configuration.branches.map(({ branch, warehouse }) => [branch, named("warehouse", warehouse, `branch ${branch}`)]),
  );
  const storefronts = new Map(
    configuration.channels.flatMap(({ code, storefront }) =>
      storefront ? [[code, named("storefront", storefront, `channel ${code}`)] as const] : [],
    ),
  );
  const carriers = all("carrier");
  return {
    erp: () => erp,
    tax: () => tax,
    carriers: () => carriers,
    storefrontOf: (channel) => storefronts.get(channel) ?? null,
    warehouseOf(branch) {
      const warehouse = warehouses.get(branch);
      if (!warehouse)
        throw new ConfigurationError([`/branches: there is no branch "${branch}" any more, and work for it is left.`]);
      return warehouse;
    },
  };
}
