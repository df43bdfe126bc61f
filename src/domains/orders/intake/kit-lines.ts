import type { Fault, Product } from "#contracts";
import { multiply, plain } from "#platform";
import { componentLineNumber } from "../../products/kits.ts";
import type { SourcedDemand } from "../../inventory/choose-branches.ts";
import type { CheckedLine, JudgedLine } from "./check-line.ts";

/** A kit's line and the lines of its components below it; any other line as it is. */
export function withComponents(
  { line, product: sold }: Pick<JudgedLine, "line" | "product">,
  path: string,
  productOf: (sku: string) => Product | undefined,
): readonly CheckedLine[] | { readonly faults: readonly Fault[] } {
  const parts = sold.kitComponents;
  if (!parts) return [line];
  const known = parts.map((part) => ({ ...part, product: productOf(part.sku) }));
  const faults = known.flatMap(({ sku, product }): Fault[] => {
    if (product && product.status !== "blocked" && !product.kitComponents) return [];
    const found = product ? `${sku}, which is ${product.kitComponents ? "a kit itself" : product.status}` : sku;
    const fix = "The kit cannot be made up; order its other parts by themselves.";
    return [{ path: `${path}/sku`, expected: "a kit whose parts are sold", found, fix }];
  });
  if (faults.length > 0) return { faults };
  const components = known.flatMap(({ sku, quantity: each, product }, index): CheckedLine[] => {
    if (!product) return [];
    const quantity = plain(multiply(each, line.quantity));
    const { description, baseUnitOfMeasure } = product;
    return [
      {
        lineNumber: componentLineNumber(line.lineNumber, index + 1),
        sku,
        description,
        orderedQuantity: quantity,
        orderedUnitOfMeasure: baseUnitOfMeasure,
        baseUnitOfMeasure,
        quantity,
        unitPrice: "0",
        lineAmount: "0.00",
        price: { source: "kit", explanation: `In the price of ${line.sku}, line ${line.lineNumber}.` },
        kitLineNumber: line.lineNumber,
        kitQuantity: plain(each),
      },
    ];
  });
  return [{ ...line, isKit: true }, ...components];
}

/** What was decided for a kit, told of its components, which are what is taken. The kit's own line has what is missing, and no stock. */
export function sourcedByComponent(
  lines: readonly CheckedLine[],
  sourced: readonly SourcedDemand[],
): readonly SourcedDemand[] {
  if (!lines.some(({ isKit }) => isKit)) return sourced;
  const byNumber = new Map(sourced.map((line) => [line.lineNumber, line]));
  return lines.flatMap(({ lineNumber, sku, isKit, kitLineNumber, kitQuantity = "1" }): SourcedDemand[] => {
    const decided = byNumber.get(kitLineNumber ?? lineNumber);
    if (!decided) return [];
    if (kitLineNumber === undefined) return [isKit ? { ...decided, taken: [] } : decided];
    const times = (quantity: string) => plain(multiply(quantity, kitQuantity));
    return [
      {
        ...decided,
        lineNumber,
        sku,
        kitLineNumber,
        taken: decided.taken.map(({ branch, quantity }) => ({ branch, quantity: times(quantity) })),
        backordered: times(decided.backordered),
        explanation: `With the kit of line ${kitLineNumber}: ${decided.explanation}`,
      },
    ];
  });
}
