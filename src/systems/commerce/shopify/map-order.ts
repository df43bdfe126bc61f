import { CrossdockError, findFaults, SalesOrderDraft, shown, type Fault } from "#contracts";
import { add, divide, multiply, plain, subtract } from "#platform";
import { Value } from "typebox/value";
import type { LineItem, NameAndValue, OrderPayload, ShippingAddress } from "./order-payload.ts";

export interface MappingSettings {
  readonly defaultCustomerNumber?: string;
  readonly customerTagPrefix?: string;
  readonly defaultUnitOfMeasure?: string;
  readonly takeTestOrders?: boolean;
}

const PRICE_PLACES = 6;
const CUSTOMER_ATTRIBUTE = "customer_number";
const CUSTOMER_TAGS = "/customer/tags";
const UNIT_PROPERTY = "uom";

const filled = (text: string | null | undefined): string | undefined => text?.trim() || undefined;

function named(pairs: readonly NameAndValue[] | null | undefined, name: string): string | undefined {
  const found = pairs?.find((pair) => pair.name.trim().toLowerCase() === name);
  return found?.value === null || found?.value === undefined ? undefined : filled(String(found.value));
}

function tagged(tags: string | null | undefined, prefix: string): string | undefined {
  const tag = tags
    ?.split(",")
    .map((text) => text.trim())
    .find((text) => text.toLowerCase().startsWith(prefix.toLowerCase()));
  return filled(tag?.slice(prefix.length));
}

interface FoundCustomer {
  readonly number: string;
  /** Where in Shopify's document it stands, or where it would be overruled. */
  readonly path: string;
}

/** Most particular first: what the customer carries, what the order carries, what the shop as a whole is set to. */
function customerOf(order: OrderPayload, settings: MappingSettings): FoundCustomer | undefined {
  const prefix = settings.customerTagPrefix ?? "customer:";
  const places = [
    { path: CUSTOMER_TAGS, number: tagged(order.customer?.tags, prefix) },
    { path: "/tags", number: tagged(order.tags, prefix) },
    { path: "/note_attributes", number: named(order.note_attributes, CUSTOMER_ATTRIBUTE) },
    { path: CUSTOMER_TAGS, number: filled(settings.defaultCustomerNumber) },
  ];
  return places.flatMap(({ path, number }) => (number ? [{ path, number }] : []))[0];
}

/**
 * The price the buyer saw for one unit: Shopify's `price` is before discounts, and in shops that show prices with tax it holds the tax; both are
 * taken out, so that what is compared with our contract price is like with like.
 */
function unitPriceOf(item: LineItem, taxesIncluded: boolean): string {
  const quantity = String(item.quantity);
  const discounts = add("0", ...(item.discount_allocations ?? []).map(({ amount }) => amount));
  const taxes = taxesIncluded ? add("0", ...(item.tax_lines ?? []).map(({ price }) => price)) : "0";
  if (discounts === "0" && taxes === "0") return plain(item.price);
  return plain(divide(subtract(multiply(item.price, quantity), discounts, taxes), quantity, PRICE_PLACES));
}

function addressOf(address: ShippingAddress, email: string | undefined) {
  const person = filled([address.first_name, address.last_name].map((part) => part ?? "").join(" "));
  const optional = {
    company: filled(address.company),
    street2: filled(address.address2),
    region: filled(address.province_code) ?? filled(address.province),
    phone: filled(address.phone),
    email,
  };
  return {
    name: filled(address.name) ?? person ?? filled(address.company),
    street1: filled(address.address1),
    city: filled(address.city),
    postalCode: filled(address.zip),
    country: filled(address.country_code),
    ...optional,
  };
}

function lineOf(item: LineItem, index: number, taxesIncluded: boolean, settings: MappingSettings) {
  return {
    lineNumber: index + 1,
    sku: filled(item.sku),
    quantity: String(item.quantity),
    unitOfMeasure: (named(item.properties, UNIT_PROPERTY) ?? settings.defaultUnitOfMeasure ?? "EA").toUpperCase(),
    unitPrice: unitPriceOf(item, taxesIncluded),
  };
}

/** Where in Shopify's document the sender finds what we call by our name. */
const shopifyPointers: readonly (readonly [RegExp, string])[] = [
  [/^\/lines\/(\d+)\/unitPrice$/, "/line_items/$1/price"],
  [/^\/lines\/(\d+)\/unitOfMeasure$/, "/line_items/$1/properties"],
  [/^\/lines/, "/line_items"],
  [/^\/shipTo\/street(\d)$/, "/shipping_address/address$1"],
  [/^\/shipTo\/region$/, "/shipping_address/province_code"],
  [/^\/shipTo\/postalCode$/, "/shipping_address/zip"],
  [/^\/shipTo\/country$/, "/shipping_address/country_code"],
  [/^\/shipTo\/email$/, "/email"],
  [/^\/shipTo/, "/shipping_address"],
  [/^\/customerPurchaseOrder$/, "/po_number"],
  [/^\/channelOrderNumber$/, "/name"],
  [/^\/orderedAt$/, "/created_at"],
  [/^\/notes$/, "/note"],
];

/** What is wrong with our draft of an order, said of Shopify's document: that is what its sender has, and what a person mends. */
export const inShopifysWords =
  (order: OrderPayload, settings: MappingSettings) =>
  (fault: Fault): Fault => {
    if (fault.path === "/customerNumber") return { ...fault, path: customerOf(order, settings)?.path ?? CUSTOMER_TAGS };
    const pair = shopifyPointers.find(([pattern]) => pattern.test(fault.path));
    return pair ? { ...fault, path: fault.path.replace(pair[0], pair[1]) } : fault;
  };

const noCustomer: Fault = {
  path: CUSTOMER_TAGS,
  expected: "a customer number: a customer tag such as `customer:C-1001`, or the note attribute `customer_number`",
  found: "none",
  fix: "Tag the customer in Shopify, or set `defaultCustomerNumber` for this shop.",
};

/** Orders that are whole but are not to be shipped. */
function refusals(order: OrderPayload, settings: MappingSettings): readonly Fault[] {
  const cancelled = filled(order.cancelled_at);
  return [
    ...(cancelled
      ? [{ path: "/cancelled_at", expected: "an order that is not cancelled", found: shown(cancelled) }]
      : []),
    ...(order.test && !settings.takeTestOrders
      ? [
          {
            path: "/test",
            expected: "an order that is meant",
            found: "a test order",
            fix: "Set `takeTestOrders` where test orders are wanted.",
          },
        ]
      : []),
  ];
}

/** Our draft of Shopify's order; throws "invalid-document" with every fault, named by where it is in Shopify's document. */
export function toDraft(order: OrderPayload, channel: string, settings: MappingSettings): SalesOrderDraft {
  const { shipping_address: shippingAddress } = order;
  const customerNumber = customerOf(order, settings)?.number;
  const draft = withoutBlanks({
    channel,
    channelOrderNumber: order.name,
    customerNumber,
    customerPurchaseOrder: filled(order.po_number),
    currency: order.currency,
    orderedAt: order.created_at,
    shipTo: shippingAddress ? withoutBlanks(addressOf(shippingAddress, filled(order.email))) : undefined,
    lines: order.line_items.map((item, index) =>
      withoutBlanks(lineOf(item, index, order.taxes_included ?? false, settings)),
    ),
    notes: filled(order.note),
  });
  const found = findFaults(SalesOrderDraft, draft).filter(({ path }) => path !== "/customerNumber" || customerNumber);
  const faults = [
    ...refusals(order, settings),
    ...(customerNumber ? [] : [noCustomer]),
    ...found.map(inShopifysWords(order, settings)),
  ];
  if (faults.length === 0 && Value.Check(SalesOrderDraft, draft)) return draft;
  throw new CrossdockError("invalid-document", `Order ${order.name} from Shopify cannot be taken.`, { faults });
}

const withoutBlanks = (fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
