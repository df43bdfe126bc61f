import type { Fault, Product, SalesOrderDraft } from "#contracts";
import { add, isPositive, larger, plain, subtract } from "#platform";
import type { StockOutlook } from "../../inventory/stock-outlook.ts";
import { chooseReplacement } from "../../products/choose-replacement.ts";
import { relatedSkus } from "../../products/kits.ts";
import type { PromisingPlan } from "../../promising/promising-plan.ts";
import type { Reference } from "./reference.ts";

/** What there is of items that may have to give way to others. */
export interface ReplacementStock {
  freeOf(channel: string, sku: string): string;
}

/** Items of which it must be known what is left before an order for them is judged: those that go, and those that may be replaced. */
export function skusInDoubt(
  drafts: readonly SalesOrderDraft[],
  reference: Pick<Reference, "product" | "customer">,
  plan: PromisingPlan,
): readonly string[] {
  const doubtful = drafts.flatMap((draft) =>
    draft.lines.flatMap(({ sku }) => {
      const product = reference.product(sku);
      const isDoubtful =
        product?.status === "discontinued" || (product?.substitutes && allowedBy(draft, reference, plan) !== null);
      return isDoubtful ? [sku, ...relatedSkus(product)] : [];
    }),
  );
  return [...new Set(doubtful)];
}

/** What others keep is not counted. */
export const replacementStock = (
  outlook: StockOutlook,
  branches: readonly string[],
  { reserves }: PromisingPlan,
): ReplacementStock => ({
  freeOf(channel, sku) {
    const kept = (branch: string) => reserves.keptAt(channel, sku, branch);
    const free = branches.map((branch) => larger(subtract(outlook.available(sku, branch), kept(branch)), "0"));
    return larger(subtract(add("0", ...free), reserves.keptOverall(channel, sku)), "0");
  },
});

/** Whose lines may be replaced, in words. */
export function allowedBy(
  draft: Pick<SalesOrderDraft, "channel" | "customerNumber">,
  reference: Pick<Reference, "customer">,
  { substitution }: PromisingPlan,
): string | null {
  if (substitution?.channels?.includes(draft.channel)) return draft.channel;
  const group = reference.customer(draft.customerNumber)?.customerGroup;
  return group !== undefined && substitution?.customerGroups?.includes(group) ? `the customer group ${group}` : null;
}

/** The item of a line as it will be sold: what was ordered, what takes its place and why, or what is wrong. */
export type LineItem =
  { readonly product: Product | undefined; readonly substitution?: string } | { readonly fault: Fault };

export function itemOf(
  draft: SalesOrderDraft,
  index: number,
  { reference, stock, plan }: { reference: Reference; stock: ReplacementStock | null; plan: PromisingPlan },
): LineItem {
  const line = draft.lines[index];
  const product = line && reference.product(line.sku);
  const isSafe = product?.status === "active" && !product.substitutes;
  // What a reservation keeps is not free, and there all the same.
  if (!line || !product || isSafe || stock === null || draft.reservationId !== undefined) return { product };
  const replacement = chooseReplacement({
    product,
    ...line,
    allowedBy: allowedBy(draft, reference, plan),
    productOf: (sku) => reference.product(sku),
    freeOf: (sku) => stock.freeOf(draft.channel, sku),
  });
  if (replacement.is === "as-ordered") return { product };
  if (replacement.is === "replaced") return { product: replacement.by, substitution: replacement.explanation };
  return { fault: goneFault(`/lines/${index}/sku`, product, replacement) };
}

function goneFault(
  path: string,
  { sku, status, baseUnitOfMeasure: base }: Product,
  { left, offered }: { readonly left: string; readonly offered: string | null },
): Fault {
  const rest = isPositive(left) ? `Order at most the ${plain(left)} ${base} that are left` : null;
  const instead = offered === null ? null : `${rest ? "or" : "Order"} its successor ${offered}`;
  const fix = [rest, instead].filter((one) => one !== null).join(", ");
  return {
    path,
    expected: "an item that is sold",
    found: `${sku}, which is ${status}`,
    fix: fix === "" ? "It has no successor; leave the line out." : `${fix}.`,
  };
}
