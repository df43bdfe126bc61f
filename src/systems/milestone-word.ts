import type { Milestone, MilestoneCode } from "#contracts";

/**
 * Our word for a carrier's code. One that is not in the table is an exception, in the trade's sense: something befell the goods that a person
 * has to look at. Refusing the message instead would hide from everybody where the goods are, and an answer to `track` holds all scans:
 * one new word in it would keep the delivery behind it from being learnt. "In transit" would be a guess. The carrier's code is kept beside it.
 */
export function milestoneWord(
  carrier: string,
  table: Readonly<Record<string, MilestoneCode>>,
  carrierCode: string,
  text: string,
): Pick<Milestone, "code" | "carrierCode" | "description"> {
  const code = Object.hasOwn(table, carrierCode) ? table[carrierCode] : undefined;
  if (code !== undefined) return { code, carrierCode, description: text };
  return {
    code: "exception",
    carrierCode,
    description: `${carrier} says "${text}" (${carrierCode}), for which we have no word.`,
  };
}
