import type { SandboxData } from "./data/sandbox-data.ts";
import {
  createCounterparty,
  type Counterparty,
  type CounterpartyDescription,
  type Surroundings,
} from "./kernel/counterparty.ts";

/** What every counterparty is built from. */
export interface SandboxPremises {
  readonly data: SandboxData;
  /** Where the hub takes what the counterparty of that code sends by itself. */
  readonly inboundUrl: (code: string) => string;
  /** Where another counterparty listens: they know each other, as a warehouse knows the drivers. Null when it is not there. */
  readonly urlOf: (code: string) => string | null;
  /** From 0 up to 1, seeded. */
  readonly random: () => number;
}

/** A counterparty's place in the sandbox. `settings` are the credentials its connector is given, by the connector's own names. */
export interface SandboxEntry {
  readonly settings: Readonly<Record<string, string>>;
  readonly open: (surroundings: Surroundings) => Promise<Counterparty>;
}

/** Ties a description to the settings of its connector, and hides what kind of state it keeps. */
export const sandboxEntry = <State, Fact>(
  description: CounterpartyDescription<State, Fact>,
  settings: Readonly<Record<string, string>>,
): SandboxEntry => ({ settings, open: (surroundings) => createCounterparty(description, surroundings) });
