/** What a column of an order file fills in the draft. Columns of an order may stand in its first row only; columns of a line stand in every row. */
export interface OrderColumn {
  readonly name: string;
  readonly of: "order" | "ship-to" | "line";
  /** The field of the draft, of its address or of its line. */
  readonly field: string;
  readonly required?: true;
  readonly meaning: string;
}

/** The columns of an order file, in any order. The documentation of the format is written from this table. */
export const orderColumns: readonly OrderColumn[] = [
  {
    name: "order_number",
    of: "order",
    field: "channelOrderNumber",
    required: true,
    meaning: "The sender's number for the order; rows with the same number are one order.",
  },
  {
    name: "customer_number",
    of: "order",
    field: "customerNumber",
    required: true,
    meaning: "The account number in the ERP.",
  },
  { name: "purchase_order", of: "order", field: "customerPurchaseOrder", meaning: "The customer's own number." },
  { name: "currency", of: "order", field: "currency", meaning: "ISO 4217 code; the hub's currency where left out." },
  {
    name: "ordered_at",
    of: "order",
    field: "orderedAt",
    meaning: "An instant, RFC 3339; when the file was written where left out.",
  },
  { name: "notes", of: "order", field: "notes", meaning: "Anything the people who handle the order should read." },
  {
    name: "ship_to_code",
    of: "ship-to",
    field: "code",
    meaning: "The code of an address the customer has with us, instead of the address.",
  },
  { name: "ship_to_name", of: "ship-to", field: "name", meaning: "Who receives the goods." },
  { name: "company", of: "ship-to", field: "company", meaning: "Company." },
  { name: "street1", of: "ship-to", field: "street1", meaning: "Street and number." },
  { name: "street2", of: "ship-to", field: "street2", meaning: "Suite, dock, floor." },
  { name: "city", of: "ship-to", field: "city", meaning: "City." },
  {
    name: "region",
    of: "ship-to",
    field: "region",
    meaning: "State or province, as ISO 3166-2 writes it without the country: GA.",
  },
  { name: "postal_code", of: "ship-to", field: "postalCode", meaning: "Postal code." },
  { name: "country", of: "ship-to", field: "country", meaning: "ISO 3166-1 alpha-2 code: US." },
  { name: "phone", of: "ship-to", field: "phone", meaning: "Phone, for the carrier." },
  { name: "email", of: "ship-to", field: "email", meaning: "Email, for the carrier." },
  { name: "line_number", of: "line", field: "lineNumber", meaning: "1, 2, 3 ...; counted where left out." },
  { name: "sku", of: "line", field: "sku", required: true, meaning: "Our item number." },
  {
    name: "quantity",
    of: "line",
    field: "quantity",
    required: true,
    meaning: "How many, with a decimal point: 12 or 2.5.",
  },
  { name: "unit_of_measure", of: "line", field: "unitOfMeasure", meaning: "EA, CS, BX ...; EA where left out." },
  { name: "unit_price", of: "line", field: "unitPrice", meaning: "The price shown to the buyer; ours where left out." },
  { name: "requested_on", of: "line", field: "requestedOn", meaning: "When the goods are wanted: 2026-11-23." },
];
