/**
 * Lets them take turns in rounds, the order reversed every other one. What a machine is worth changes within minutes, and with it what is measured of one after
 * the other; in a round of seconds all have the same machine.
 */
export async function inRounds<Name, Turn>(
  names: readonly Name[],
  rounds: number,
  turn: (name: Name) => Promise<Turn>,
): Promise<ReadonlyMap<Name, readonly Turn[]>> {
  const taken = new Map<Name, Turn[]>(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1)
    for (const name of round % 2 === 0 ? names : names.toReversed()) taken.get(name)?.push(await turn(name));
  return taken;
}

export interface Ratios {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** One's rates by another's, round by round. */
export function ratios(rates: readonly number[], others: readonly number[]): Ratios {
  const each = rates.map((rate, round) => rate / (others[round] ?? Number.NaN));
  return { median: median(each), least: Math.min(...each), most: Math.max(...each) };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (place: number) => sorted[place] ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  return (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2;
}
