import { CrossdockError, nearestName, type Fault } from "#contracts";

/** What is wrong with a name that must be one of those known; nothing where it is. */
export function strangerFault(path: string, what: string, name: string, known: readonly string[]): readonly Fault[] {
  if (known.includes(name)) return [];
  const meant = nearestName(name, known);
  const fix = meant ? `Did you mean ${meant}?` : "A new one goes into the configuration first.";
  return [{ path, expected: `${what}: ${known.join(", ")}`, found: name, fix }];
}

export function refuse(explanation: string, faults: readonly Fault[]): void {
  if (faults.length > 0) throw new CrossdockError("invalid-document", explanation, { faults });
}
