import type { PriceAgreement } from "#contracts";
import type { AgreementOnFile } from "../pricing/read-agreements.ts";

export interface PriceShelves {
  /** What concerns this customer of an item: his own agreements, his group's, and the list's, whenever in force. */
  agreements(sku: string, customer: PricedCustomer): readonly PriceAgreement[];
  /** Whether anything at all is known of an item's price. */
  has(sku: string): boolean;
  onFile(priceAgreementId: string): AgreementOnFile | undefined;
  put(file: AgreementOnFile): void;
  remove(priceAgreementId: string): void;
  size(): number;
}

export interface PricedCustomer {
  readonly customerNumber: string;
  readonly customerGroup?: string;
}

type Agreements = readonly PriceAgreement[];

/** The agreements of one item by owner: an item thousands have a price of is looked up as fast as any other. */
interface Shelf {
  list: Agreements;
  readonly groups: Map<string, Agreements>;
  readonly customers: Map<string, Agreements>;
}

const NONE: Agreements = [];

function agreementsOf(shelf: Shelf, { scope, customerNumber = "", customerGroup = "" }: PriceAgreement): Agreements {
  if (scope === "list") return shelf.list;
  const found = scope === "customer" ? shelf.customers.get(customerNumber) : shelf.groups.get(customerGroup);
  return found ?? NONE;
}

/** Lists are replaced and never changed: whoever was handed one keeps it as it was. */
function replace(
  shelf: Shelf,
  { scope, customerNumber = "", customerGroup = "" }: PriceAgreement,
  list: Agreements,
): void {
  if (scope === "list") {
    shelf.list = list;
    return;
  }
  const [owners, owner] = scope === "customer" ? [shelf.customers, customerNumber] : [shelf.groups, customerGroup];
  if (list.length > 0) owners.set(owner, list);
  else owners.delete(owner);
}

export function createPriceShelves(): PriceShelves {
  const files = new Map<string, AgreementOnFile>();
  const shelves = new Map<string, Shelf>();

  function remove(priceAgreementId: string): void {
    const agreement = files.get(priceAgreementId)?.agreement;
    const shelf = agreement && shelves.get(agreement.sku);
    if (!shelf) return;
    files.delete(priceAgreementId);
    const rest = agreementsOf(shelf, agreement).filter((other) => other.priceAgreementId !== priceAgreementId);
    replace(shelf, agreement, rest);
    if (shelf.list.length + shelf.groups.size + shelf.customers.size === 0) shelves.delete(agreement.sku);
  }

  function shelfOf(sku: string): Shelf {
    const known = shelves.get(sku);
    if (known) return known;
    const shelf: Shelf = { list: NONE, groups: new Map(), customers: new Map() };
    shelves.set(sku, shelf);
    return shelf;
  }

  return {
    agreements(sku, { customerNumber, customerGroup }) {
      const shelf = shelves.get(sku);
      if (!shelf) return NONE;
      const own = shelf.customers.get(customerNumber) ?? NONE;
      const group = customerGroup === undefined ? NONE : (shelf.groups.get(customerGroup) ?? NONE);
      return own.length === 0 && group.length === 0 ? shelf.list : own.concat(group, shelf.list);
    },
    has: (sku) => shelves.has(sku),
    onFile: (priceAgreementId) => files.get(priceAgreementId),
    put(file) {
      const { agreement } = file;
      remove(agreement.priceAgreementId);
      files.set(agreement.priceAgreementId, file);
      const shelf = shelfOf(agreement.sku);
      const others = agreementsOf(shelf, agreement);
      replace(shelf, agreement, others.length === 0 ? [agreement] : [...others, agreement]);
    },
    remove,
    size: () => files.size,
  };
}
