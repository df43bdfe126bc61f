import { systemClock } from "#platform";
import { startSandbox, type Sandbox } from "#sandbox";
import { Type, type Static, type TSchema } from "typebox";
import { Compile } from "typebox/compile";
import type { Counterpart } from "./counterpart.ts";

const Ledger = Type.Object({
  effects: Type.Array(Type.Object({ operation: Type.String(), reference: Type.String() })),
});

/** A simulated system, started for one suite, with its control door at hand. */
export interface SandboxCounterpart extends Counterpart {
  /** Posts to the control door and reads the answer. */
  control<Schema extends TSchema>(path: string, body: object, schema: Schema): Promise<Static<Schema>>;
  readonly data: Sandbox["data"];
}

/** Starts the sandbox and answers the counterparty of this connector. Nothing is kept; nobody listens to its messages unless `hubUrl` says who. */
export async function startCounterpart(
  code: string,
  { hubUrl = "http://127.0.0.1:9", timeScale = 1_000 }: { readonly hubUrl?: string; readonly timeScale?: number } = {},
): Promise<SandboxCounterpart> {
  const sandbox = await startSandbox({ hubUrl, timeScale, seed: 7, clock: systemClock });
  const system = sandbox.systems[code];
  if (system === undefined) throw new Error(`The sandbox has no ${code}.`);
  const control = async <Schema extends TSchema>(path: string, body: object, schema: Schema) => {
    const response = await fetch(`${system.url}/control/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`The control door answered ${response.status}: ${await response.text()}`);
    return Compile(schema).Parse(await response.json());
  };
  return {
    url: system.url,
    settings: system.settings,
    data: sandbox.data,
    control,
    behave: async (misbehaviour) => {
      await control("behaviour", misbehaviour, Type.Unknown());
    },
    effects: async () => {
      const response = await fetch(`${system.url}/control/ledger`);
      return Compile(Ledger).Parse(await response.json()).effects;
    },
    stop: () => sandbox.stop(),
  };
}
