import type { Fault } from "#contracts";

/** Where two documents differ, as JSON pointers: `expected` is what came first, `found` what came now. */
export function differences(original: unknown, now: unknown, path = ""): Fault[] {
  if (isComposite(original) && isComposite(now) && Array.isArray(original) === Array.isArray(now)) {
    const names = new Set([...Object.keys(now), ...Object.keys(original)]);
    return [...names].flatMap((name) =>
      differences(
        Reflect.get(original, name),
        Reflect.get(now, name),
        `${path}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`,
      ),
    );
  }
  if (original === now) return [];
  return [{ path, expected: told(original), found: told(now) }];
}

const isComposite = (value: unknown): value is object => value !== null && typeof value === "object";
const told = (value: unknown): string =>
  value === undefined ? "nothing" : typeof value === "string" ? value : JSON.stringify(value);
