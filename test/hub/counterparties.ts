import type { Behaviour, Chaos, RecordedEffect, Sandbox } from "#sandbox";

/** Behind the counterparties' counters: how they behave, and what they did. */
export function counterpartiesOf({ systems }: Sandbox) {
  const urlOf = (code: string): string => systems[code]?.url ?? `http://nobody-is-called-${code}`;
  const settle = async <Told>(answer: Response): Promise<Told> => {
    const text = await answer.text();
    if (!answer.ok) throw new Error(`The control door said ${answer.status}: ${text}`);
    return JSON.parse(text) as Told;
  };
  const control = async <Told>(code: string, door: string, body: object): Promise<Told> =>
    settle(
      await fetch(`${urlOf(code)}/control/${door}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      }),
    );
  const look = async <Told>(code: string, door: string): Promise<Told> =>
    settle(await fetch(`${urlOf(code)}/control/${door}`));
  return {
    control,
    look,
    behaves: (code: string, behaviour: Behaviour) => control(code, "behaviour", behaviour),
    isWell: (code: string) => control(code, "behaviour", {}),
    /** How what it sends by itself fares on its way. */
    sends: (code: string, chaos: Chaos) => control(code, "chaos", chaos),
    /** What a counterparty did, by its own ledger, in order. */
    async did(code: string, filter: { readonly operation?: string; readonly reference?: string } = {}) {
      const query = new URLSearchParams(filter).toString();
      return (await look<{ effects: readonly RecordedEffect[] }>(code, `ledger?${query}`)).effects;
    },
    /** Whatever any counterparty did twice for one thing. */
    async didTwice(): Promise<readonly string[]> {
      const told = await Promise.all(
        Object.keys(systems).map(async (code) => {
          const { doubled } = await look<{ doubled: readonly object[] }>(code, "effects?doubled=true");
          return doubled.map((effect) => `${code}: ${JSON.stringify(effect)}`);
        }),
      );
      return told.flat();
    },
  };
}
