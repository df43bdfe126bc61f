import type { Address, Customer, PriceAgreement, Product, SalesOrderDraft } from "#contracts";
import type { StockLevel } from "#domains";

/** A small, true-to-life trade to test with: one customer, one item, one list price, one order. Each builder takes what is to be different. */
export const sampleAddress: Address = {
  name: "Receiving",
  company: "Piedmont Plumbing",
  street1: "200 Peachtree St NW",
  city: "Atlanta",
  region: "GA",
  postalCode: "30303",
  country: "US",
};

const updatedAt = "2026-01-01T00:00:00.000Z";

export const sampleCustomer = (different: Partial<Customer> = {}): Customer => ({
  customerNumber: "C-1001",
  name: "Piedmont Plumbing",
  status: "active",
  currency: "USD",
  paymentTerms: "NET30",
  openBalance: "0",
  homeBranch: "ATL",
  billTo: sampleAddress,
  shipTos: [{ code: "MAIN", address: sampleAddress }],
  taxExemptions: [],
  updatedAt,
  ...different,
});

export const sampleProduct = (different: Partial<Product> = {}): Product => ({
  sku: "PVC-90-050",
  description: "PVC elbow 90, 1/2 in",
  status: "active",
  baseUnitOfMeasure: "EA",
  unitConversions: [{ unitOfMeasure: "CS", baseQuantity: "24" }],
  weightLb: "0.10",
  hazardous: false,
  updatedAt,
  ...different,
});

/** What the owner of the stock states of one position. */
export const sampleLevel = (different: Partial<StockLevel> = {}): StockLevel => ({
  sku: "PVC-90-050",
  branch: "ATL",
  onHand: "0",
  safetyStock: "0",
  inbound: [],
  sequence: "1",
  asOf: "2026-01-05T00:00:00.000Z",
  ...different,
});

export const samplePrice = (different: Partial<PriceAgreement> = {}): PriceAgreement => ({
  priceAgreementId: `LIST-${different.sku ?? "PVC-90-050"}`,
  sku: "PVC-90-050",
  scope: "list",
  currency: "USD",
  unitOfMeasure: "EA",
  minimumQuantity: "1",
  unitPrice: "2.50",
  validFrom: "2025-01-01",
  updatedAt,
  ...different,
});

export const sampleDraft = (different: Partial<SalesOrderDraft> = {}): SalesOrderDraft => ({
  channel: "web-shop",
  channelOrderNumber: "1001",
  customerNumber: "C-1001",
  currency: "USD",
  orderedAt: "2026-01-05T08:59:00Z",
  shipTo: { code: "MAIN" },
  lines: [{ lineNumber: 1, sku: "PVC-90-050", quantity: "24", unitOfMeasure: "EA" }],
  ...different,
});
