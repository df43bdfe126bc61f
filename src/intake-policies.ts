import { businessDay, type IntakePolicies } from "#domains";
import { ConfigurationError } from "#platform";
import type { HubConfiguration } from "./configuration.ts";

/** How orders are taken, as the configuration says it; what it names must be there. */
export function intakePolicies({
  hub,
  channels,
  policies,
}: HubConfiguration): IntakePolicies & Required<Pick<IntakePolicies, "price" | "timeZone">> {
  const { timeZone = "UTC" } = hub;
  const known = new Set(channels.map(({ code }) => code));
  const strangers = Object.keys(policies.price.channels ?? {}).filter((code) => !known.has(code));
  const faults = [
    ...(isTimeZone(timeZone) ? [] : [`/hub/timeZone: must be a time zone as IANA names it; found "${timeZone}"`]),
    ...strangers.map((code) => `/policies/price/channels/${code}: there is no channel "${code}"`),
  ];
  if (faults.length > 0) throw new ConfigurationError(faults);
  return { ...policies.orders, price: policies.price, timeZone };
}

function isTimeZone(name: string): boolean {
  try {
    return businessDay(new Date(0), name).length > 0;
  } catch {
    return false;
  }
}
