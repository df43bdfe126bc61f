import type { Address } from "#contracts";

/** How the countries we ship to most write a postal code, and whether a region is part of an address there. */
const COUNTRIES: Readonly<
  Record<string, { readonly region: RegExp; readonly postalCode: RegExp; readonly example: string }>
> = {
  US: { region: /^[A-Z]{2}$/, postalCode: /^\d{5}(-\d{4})?$/, example: "GA 30318" },
  CA: { region: /^[A-Z]{2}$/, postalCode: /^[A-Z]\d[A-Z] ?\d[A-Z]\d$/i, example: "ON M5V 2T6" },
  MX: { region: /^[A-Z]{3}$/, postalCode: /^\d{5}$/, example: "CMX 06000" },
  AU: { region: /^[A-Z]{2,3}$/, postalCode: /^\d{4}$/, example: "NSW 2000" },
};
const PO_BOX = /\b(p\.?\s*o\.?\s*box|post\s+office\s+box|apartado)\b/i;

/** Why a carrier may not find this address. A person looks at it before goods move; empty when nothing is in doubt. */
export function addressDoubts(address: Address): string[] {
  const { street1, street2 = "", region, postalCode, country } = address;
  const rules = COUNTRIES[country];
  const doubts: string[] = [];
  if (rules && region === undefined) doubts.push(`an address in ${country} needs a state or province`);
  if (rules && region !== undefined && !rules.region.test(region)) {
    doubts.push(`"${region}" is no state or province code of ${country} (as in ${rules.example})`);
  }
  if (rules && !rules.postalCode.test(postalCode)) {
    doubts.push(`"${postalCode}" is no postal code of ${country} (as in ${rules.example})`);
  }
  if (PO_BOX.test(street1) || PO_BOX.test(street2))
    doubts.push("parcel and freight carriers do not deliver to a PO box");
  return doubts;
}
