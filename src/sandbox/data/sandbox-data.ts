import type { Customer, PriceAgreement, Product } from "#contracts";
import { branches, type SandboxBranch } from "./branches.ts";
import { chanceOf, seededRandom } from "./chance.ts";
import { buildCustomers } from "./customers.ts";
import { buildKits } from "./kits.ts";
import { buildPrices } from "./prices.ts";
import { buildProducts } from "./products.ts";
import { buildStock, type SandboxStock } from "./stock.ts";

/** The distributor the sandbox plays: what its ERP knows on the day it is opened. */
export interface SandboxData {
  readonly branches: readonly SandboxBranch[];
  readonly products: readonly Product[];
  readonly customers: readonly Customer[];
  readonly priceAgreements: readonly PriceAgreement[];
  readonly stock: readonly SandboxStock[];
}

/** The same seed and day give the same data, to the last digit. `openedOn` is yyyy-mm-dd. */
export function sandboxData(options: { readonly seed: number; readonly openedOn: string }): SandboxData {
  const chance = chanceOf(seededRandom(options.seed));
  const { openedOn } = options;
  const priced = buildProducts(chance, openedOn);
  const customers = buildCustomers(chance, openedOn);
  const kits = buildKits(priced, openedOn);
  return {
    branches,
    products: [...priced.map(({ product }) => product), ...kits.products],
    customers,
    priceAgreements: [...buildPrices(priced, customers, chance, openedOn), ...kits.priceAgreements],
    stock: buildStock(priced, chance, openedOn),
  };
}
