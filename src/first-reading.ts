import type { ReferenceSync } from "#processes";

const nouns: Readonly<Record<string, string>> = {
  customers: "customers",
  products: "products",
  prices: "prices",
  stock: "stock levels",
  "stock-movements": "stock movements",
};

/** Reads what the ERP has before the hub opens its doors, and tells what came. */
export async function synchroniseFirst(
  referenceSync: ReferenceSync,
  tell: (label: string, text: string) => void,
): Promise<void> {
  const read = await referenceSync.synchronise(new AbortController().signal);
  const parts = read.map(({ entity, received, failure }) =>
    failure ? `${entity} not read yet (${failure})` : `${received} ${nouns[entity] ?? entity}`,
  );
  const isNews = read.some(({ received, failure }) => received > 0 || failure);
  tell("reference", isNews ? `${parts.join(", ")}, read from the ERP` : "nothing new at the ERP since the last time");
}
