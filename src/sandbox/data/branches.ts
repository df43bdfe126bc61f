import type { Address } from "#contracts";

export interface SandboxBranch {
  readonly branch: string;
  readonly name: string;
  readonly address: Address;
  /** States it is the nearest branch to. */
  readonly serves: readonly string[];
  /** How deep its shelves are, against the others. */
  readonly depth: number;
}

const address = (company: string, street1: string, city: string, region: string, postalCode: string): Address => ({
  name: "Shipping",
  company,
  street1,
  city,
  region,
  postalCode,
  country: "US",
  phone: "+1 555 0100",
});

// prettier-ignore
export const branches: readonly SandboxBranch[] = [
  { branch: "ATL", name: "Atlanta distribution center", depth: 1, serves: ["GA", "FL", "AL", "TN", "NC", "SC", "MS"],
    address: address("Crossdock Supply Atlanta", "3300 Fulton Industrial Blvd SW", "Atlanta", "GA", "30336") },
  { branch: "DFW", name: "Dallas distribution center", depth: 0.9, serves: ["TX", "OK", "LA", "AR", "NM", "KS"],
    address: address("Crossdock Supply Dallas", "1900 E Northgate Dr", "Irving", "TX", "75062") },
  { branch: "ORD", name: "Chicago branch", depth: 0.7, serves: ["IL", "IN", "WI", "MI", "OH", "MN", "IA", "MO", "PA", "NY", "NJ"],
    address: address("Crossdock Supply Chicago", "1200 Greenleaf Ave", "Elk Grove Village", "IL", "60007") },
  { branch: "RNO", name: "Reno branch", depth: 0.5, serves: ["NV", "CA", "OR", "WA", "UT", "AZ", "ID", "CO"],
    address: address("Crossdock Supply Reno", "550 Milan Dr", "Sparks", "NV", "89434") },
];
