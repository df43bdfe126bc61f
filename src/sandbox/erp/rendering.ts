import type { Address, Customer, PriceAgreement, Product } from "#contracts";
import type { SandboxStock } from "../data/stock.ts";
import type { GraniteOrder, PostedInvoice } from "./books.ts";
import type { GoodsIssue, Movement } from "./stock-book.ts";
import { compactDay, compactInstant, graniteUnits, type GraniteAddress } from "./words.ts";

/** What Granite knows, in Granite's words. */

const unit = (unitOfMeasure: string): string => graniteUnits[unitOfMeasure] ?? unitOfMeasure;
const yesNo = (value: boolean): string => (value ? "Y" : "N");
const changed = (updatedAt: string) => {
  const { day, time } = compactInstant(updatedAt);
  return { ChgDate: day, ChgTime: time };
};

function renderAddress(address: Address): GraniteAddress {
  return {
    Nm: address.name,
    Co: address.company ?? "",
    Ad1: address.street1,
    Ad2: address.street2 ?? "",
    Cty: address.city,
    St: address.region ?? "",
    Zip: address.postalCode,
    Cntry: address.country,
    Tel: address.phone ?? "",
    Email: address.email ?? "",
  };
}

const itemStatus = { active: "A", discontinued: "D", blocked: "B" } as const;
const customerStatus = { active: "A", blocked: "H", inactive: "C" } as const;
const priceLevel = { list: "L", "customer-group": "G", customer: "C" } as const;

export const renderItem = (product: Product) => ({
  ItemNo: product.sku,
  Desc: product.description,
  Stat: itemStatus[product.status],
  ReplBy: product.supersededBy ?? "",
  StkUom: unit(product.baseUnitOfMeasure),
  Uoms: product.unitConversions.map(({ unitOfMeasure, baseQuantity }) => ({
    Uom: unit(unitOfMeasure),
    Fct: baseQuantity,
  })),
  WtLb: product.weightLb,
  LenIn: product.lengthIn ?? "",
  WidIn: product.widthIn ?? "",
  HgtIn: product.heightIn ?? "",
  FrtCls: product.freightClass ?? "",
  Haz: yesNo(product.hazardous),
  TaxCat: product.taxCode ?? "",
  MinQty: product.minimumOrderQuantity ?? "",
  MultQty: product.orderMultiple ?? "",
  Kit: (product.kitComponents ?? []).map(({ sku, quantity }) => ({ ItemNo: sku, Qty: quantity })),
  Subs: product.substitutes ?? [],
  ...changed(product.updatedAt),
});

export const renderCustomer = (customer: Customer) => ({
  CustNo: customer.customerNumber,
  CustNm: customer.name,
  Stat: customerStatus[customer.status],
  HoldRsn: customer.blockedReason ?? "",
  PrcCls: customer.customerGroup ?? "",
  Curr: customer.currency,
  Terms: customer.paymentTerms,
  CrLim: customer.creditLimit ?? "",
  ArBal: customer.openBalance,
  HomeWhse: customer.homeBranch ?? "",
  BillTo: renderAddress(customer.billTo),
  ShipTos: customer.shipTos.map(({ code, address }) => ({ Code: code, Addr: renderAddress(address) })),
  TaxCerts: customer.taxExemptions.map(({ region, certificateNumber, validFrom, validTo }) => ({
    St: region,
    CertNo: certificateNumber,
    EffDate: compactDay(validFrom),
    ExpDate: compactDay(validTo ?? ""),
  })),
  ...changed(customer.updatedAt),
});

export const renderPrice = (agreement: PriceAgreement) => ({
  AgrNo: agreement.priceAgreementId,
  ItemNo: agreement.sku,
  Lvl: priceLevel[agreement.scope],
  CustNo: agreement.customerNumber ?? "",
  PrcCls: agreement.customerGroup ?? "",
  Curr: agreement.currency,
  Uom: unit(agreement.unitOfMeasure),
  BrkQty: agreement.minimumQuantity,
  Price: agreement.unitPrice,
  EffDate: compactDay(agreement.validFrom),
  ExpDate: compactDay(agreement.validTo ?? ""),
  ...changed(agreement.updatedAt),
});

export function renderStock(level: SandboxStock) {
  const { day, time } = compactInstant(level.asOf);
  return {
    ItemNo: level.sku,
    Whse: level.branch,
    QtyOh: level.onHand,
    QtySs: level.safetyStock,
    Inb: level.inbound.map(({ expectedOn, quantity }) => ({ Date: compactDay(expectedOn), Qty: quantity })),
    Seq: level.sequence,
    AsOfDate: day,
    AsOfTime: time,
  };
}

const movementType = { receipt: "R", issue: "I" } as const;

export function renderMovement(movement: Movement) {
  const { day, time } = compactInstant(movement.at);
  return {
    MovNo: movement.number,
    Seq: movement.sequence,
    Type: movementType[movement.kind],
    ItemNo: movement.sku,
    Whse: movement.branch,
    Qty: movement.quantity,
    Ref: movement.reference,
    MovDate: day,
    MovTime: time,
  };
}

export function renderOrder(order: GraniteOrder) {
  const open = order.lines.some((line) => line.quantity.gt(line.cancelled.plus(line.invoiced)));
  const invoiced = order.lines.some((line) => line.invoiced.gt(0));
  return {
    OrdNo: order.orderNumber,
    ExtRef: order.request.ExtRef,
    CustNo: order.request.CustNo,
    CustPo: order.request.CustPo ?? "",
    Stat: open ? "OPEN" : invoiced ? "INVD" : "CANC",
    Lines: order.lines.map((line) => ({
      LineNo: line.lineNumber,
      ItemNo: line.sku,
      Qty: line.quantity.toString(),
      CanQty: line.cancelled.toString(),
      InvQty: line.invoiced.toString(),
    })),
  };
}

/** `issue` is undefined as long as the goods are on the stock. */
export const renderInvoice = (posted: PostedInvoice, issue: GoodsIssue | undefined) => ({
  InvNo: posted.invoiceNumber,
  ExtRef: posted.invoice.ExtRef,
  ShipRef: posted.invoice.ShipRef,
  OrdNo: posted.invoice.OrdNo,
  Merch: posted.merchandiseAmount,
  Tax: posted.taxAmount,
  Frt: posted.invoice.Frt,
  Total: posted.totalAmount,
  DueDate: compactDay(posted.dueOn),
  StkSeq: issue?.sequence ?? "",
  StkDate: issue ? compactInstant(issue.at).day : "",
  StkTime: issue ? compactInstant(issue.at).time : "",
});
