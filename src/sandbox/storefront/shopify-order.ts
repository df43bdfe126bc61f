import type { Address, Customer, Product } from "#contracts";
import { Decimal } from "decimal.js";

/**
 * An order as Shopify's `orders/create` webhook writes it: the Order resource of the REST Admin API, from the published
 * reference at shopify.dev. Ids are numbers, money is strings, times carry an offset. Only members that a shop of ours would
 * fill are filled; the rest is null or empty, as Shopify sends it.
 */

export interface ShopOrderLine {
  readonly product: Product;
  readonly quantity: number;
  readonly price: string;
}
export interface ShopOrder {
  /** 1 is the shop's first. */
  readonly number: number;
  readonly placedAt: Date;
  readonly customer: Customer;
  readonly shipTo: Address;
  readonly purchaseOrder: string | null;
  readonly note: string | null;
  readonly lines: readonly ShopOrderLine[];
}

const orderIdBase = 5_900_000_000_000;
const currency = "USD";

export const orderNumberOf = (number: number): number => 1000 + number;
export const orderIdOf = (number: number): number => orderIdBase + number * 4_096;

const moneySet = (amount: string) => ({
  shop_money: { amount, currency_code: currency },
  presentment_money: { amount, currency_code: currency },
});

export function shopifyOrder(order: ShopOrder) {
  const id = orderIdOf(order.number);
  const orderNumber = orderNumberOf(order.number);
  const placedAt = shopTime(order.placedAt);
  const subtotal = order.lines
    .reduce((sum, { price, quantity }) => sum.plus(new Decimal(price).mul(quantity)), new Decimal(0))
    .toFixed(2);
  return {
    id,
    admin_graphql_api_id: `gid://shopify/Order/${id}`,
    name: `#${orderNumber}`,
    number: order.number,
    order_number: orderNumber,
    confirmed: true,
    test: false,
    source_name: "web",
    created_at: placedAt,
    updated_at: placedAt,
    processed_at: placedAt,
    cancelled_at: null,
    cancel_reason: null,
    closed_at: null,
    currency,
    presentment_currency: currency,
    financial_status: "pending",
    fulfillment_status: null,
    email: emailOf(order.customer),
    contact_email: emailOf(order.customer),
    phone: null,
    note: order.note,
    note_attributes: [{ name: "customer_number", value: order.customer.customerNumber }],
    po_number: order.purchaseOrder,
    tags: "wholesale",
    taxes_included: false,
    subtotal_price: subtotal,
    subtotal_price_set: moneySet(subtotal),
    total_discounts: "0.00",
    total_tax: "0.00",
    total_price: subtotal,
    total_price_set: moneySet(subtotal),
    total_weight: order.lines.reduce((grams, line) => grams + gramsOf(line) * line.quantity, 0),
    payment_terms: { payment_terms_name: order.customer.paymentTerms, payment_terms_type: "NET" },
    customer: shopifyCustomer(order),
    billing_address: shopifyAddress(order.customer.billTo),
    shipping_address: shopifyAddress(order.shipTo),
    shipping_lines: [],
    discount_codes: [],
    tax_lines: [],
    fulfillments: [],
    refunds: [],
    line_items: order.lines.map((line, index) => shopifyLine(line, id + index + 1)),
  };
}

/** Shopify writes the shop's own time with its offset; this shop keeps Eastern standard time all year. */
const shopTime = (instant: Date): string =>
  `${new Date(instant.getTime() - 5 * 3_600_000).toISOString().slice(0, 19)}-05:00`;

function shopifyLine(line: ShopOrderLine, id: number) {
  const { product, quantity, price } = line;
  return {
    id,
    admin_graphql_api_id: `gid://shopify/LineItem/${id}`,
    product_id: numberFor(`product ${product.sku}`),
    variant_id: numberFor(`variant ${product.sku}`),
    variant_title: null,
    sku: product.sku,
    title: product.description,
    name: product.description,
    vendor: "Corner Shop",
    quantity,
    current_quantity: quantity,
    fulfillable_quantity: quantity,
    fulfillment_service: "manual",
    fulfillment_status: null,
    grams: gramsOf(line),
    price,
    price_set: moneySet(price),
    total_discount: "0.00",
    requires_shipping: true,
    taxable: true,
    gift_card: false,
    product_exists: true,
    properties: [{ name: "uom", value: product.baseUnitOfMeasure }],
    tax_lines: [],
    discount_allocations: [],
    duties: [],
  };
}

function shopifyCustomer({ customer }: ShopOrder) {
  const id = numberFor(`customer ${customer.customerNumber}`);
  return {
    id,
    admin_graphql_api_id: `gid://shopify/Customer/${id}`,
    email: emailOf(customer),
    first_name: "Purchasing",
    last_name: customer.name,
    state: "enabled",
    currency,
    tax_exempt: customer.taxExemptions.length > 0,
    tags: `customer:${customer.customerNumber}, wholesale`,
  };
}

function shopifyAddress(address: Address) {
  const [firstName = "", ...rest] = address.name.split(" ");
  return {
    first_name: firstName,
    last_name: rest.join(" "),
    name: address.name,
    company: address.company ?? null,
    address1: address.street1,
    address2: address.street2 ?? null,
    city: address.city,
    province_code: address.region ?? null,
    zip: address.postalCode,
    country_code: address.country,
    phone: address.phone ?? null,
  };
}

const gramsOf = ({ product }: ShopOrderLine): number =>
  new Decimal(product.weightLb).mul("453.59237").round().toNumber();

const emailOf = (customer: Customer): string =>
  `purchasing@${customer.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}.example`;

/** The same number for the same name, as long as Shopify's ids are. */
function numberFor(name: string): number {
  let hash = 0;
  for (const letter of name) hash = (Math.imul(hash, 31) + (letter.codePointAt(0) ?? 0)) >>> 0;
  return 8_000_000_000_000 + hash;
}
