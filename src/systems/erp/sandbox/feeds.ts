import { CrossdockError, type Address, type Customer, type PriceAgreement, type Product } from "#contracts";
import { Type, type Static } from "typebox";
import type { ChangePage, StockLevel, StockMovement } from "../../ports.ts";
import { readerOf, withoutAbsent, wordFor } from "../../reading.ts";
import {
  customerStatus,
  fromDay,
  fromInstant,
  fromUnit,
  itemStatus,
  movementKind,
  present,
  priceScope,
  yesNo,
} from "./vocabulary.ts";

/** Granite's change feeds, read page by page. */

const Text = Type.String();
const Day = Type.String({ pattern: "^\\d{8}$" });
const DayOrNone = Type.String({ pattern: "^(\\d{8})?$" });
const Time = Type.String({ pattern: "^\\d{6}$" });
const Digits = Type.String({ pattern: "^\\d+$" });
const Changed = { ChgDate: Day, ChgTime: Time };

const readPage = readerOf(
  "Granite",
  "a feed page",
  Type.Object({
    After: Digits,
    Cnt: Digits,
    Next: Digits,
    Last: Digits,
    More: Type.Enum(["Y", "N"]),
    Rows: Type.Array(Type.Unknown()),
  }),
);

/**
 * Reads a page and believes none of it before its numbers agree: a page that is not the one asked for, has fewer rows than it
 * says, leads nowhere or ends before the feed's end would leave a hole in what we know, and nobody would notice.
 */
export function fromFeed<Document>(
  feed: string,
  since: string | null,
  body: unknown,
  read: (row: unknown) => Document,
): ChangePage<Document> {
  const page = readPage(body);
  const after = since ?? "0";
  const [count, next, last] = [Number(page.Cnt), Number(page.Next), Number(page.Last)];
  const complete = page.More === "N";
  const wrong = (expected: string, found: string) => {
    throw new CrossdockError(
      "invalid-document",
      `Granite's feed "${feed}" answered the page after ${after} wrongly: ${found}.`,
      {
        faults: [
          {
            path: `/feeds/${feed}`,
            expected,
            found,
            fix: "Nothing was taken over; it is read again from the same place.",
          },
        ],
      },
    );
  };
  if (page.After !== after) wrong(`the page after ${after}`, `it is the page after ${page.After}`);
  if (page.Rows.length !== count)
    wrong(`${count} rows, as it says itself`, `it has ${page.Rows.length} rows and says ${count}`);
  if (!complete && next <= Number(after)) wrong(`a next page after ${after}`, `it leads back to ${page.Next}`);
  if (complete && next !== last)
    wrong(`to end at ${last}, the feed's last change`, `it ends at ${page.Next} of ${page.Last}`);
  return { documents: page.Rows.map(read), cursor: page.Next, complete };
}

const GraniteAddress = Type.Object({
  Nm: Text,
  Co: Text,
  Ad1: Text,
  Ad2: Text,
  Cty: Text,
  St: Text,
  Zip: Text,
  Cntry: Text,
  Tel: Text,
  Email: Text,
});

function fromAddress(from: Static<typeof GraniteAddress>): Address {
  return {
    name: from.Nm,
    street1: from.Ad1,
    city: from.Cty,
    postalCode: from.Zip,
    country: from.Cntry,
    ...withoutAbsent({
      company: present(from.Co),
      street2: present(from.Ad2),
      region: present(from.St),
      phone: present(from.Tel),
      email: present(from.Email),
    }),
  };
}

const readItem = readerOf(
  "Granite",
  "an item",
  Type.Object({
    ItemNo: Text,
    Desc: Text,
    Stat: Text,
    ReplBy: Text,
    StkUom: Text,
    Uoms: Type.Array(Type.Object({ Uom: Text, Fct: Text })),
    WtLb: Text,
    LenIn: Text,
    WidIn: Text,
    HgtIn: Text,
    FrtCls: Text,
    Haz: Text,
    TaxCat: Text,
    MinQty: Text,
    MultQty: Text,
    // Releases that know no kits leave both out.
    Kit: Type.Optional(Type.Array(Type.Object({ ItemNo: Text, Qty: Text }))),
    Subs: Type.Optional(Type.Array(Text)),
    ...Changed,
  }),
);

export function fromItem(row: unknown): Product {
  const item = readItem(row);
  const optional = {
    supersededBy: present(item.ReplBy),
    lengthIn: present(item.LenIn),
    widthIn: present(item.WidIn),
    heightIn: present(item.HgtIn),
    freightClass: present(item.FrtCls),
    taxCode: present(item.TaxCat),
    minimumOrderQuantity: present(item.MinQty),
    orderMultiple: present(item.MultQty),
  };
  return {
    sku: item.ItemNo,
    description: item.Desc,
    status: wordFor("Granite", "Stat", itemStatus, item.Stat),
    baseUnitOfMeasure: fromUnit(item.StkUom),
    unitConversions: item.Uoms.map(({ Uom, Fct }) => ({ unitOfMeasure: fromUnit(Uom), baseQuantity: Fct })),
    weightLb: item.WtLb,
    hazardous: wordFor("Granite", "Haz", yesNo, item.Haz),
    updatedAt: fromInstant(item.ChgDate, item.ChgTime),
    ...withoutAbsent(optional),
    ...(item.Kit?.length ? { kitComponents: item.Kit.map(({ ItemNo, Qty }) => ({ sku: ItemNo, quantity: Qty })) } : {}),
    ...(item.Subs?.length ? { substitutes: item.Subs } : {}),
  };
}

const readCustomer = readerOf(
  "Granite",
  "a customer",
  Type.Object({
    CustNo: Text,
    CustNm: Text,
    Stat: Text,
    HoldRsn: Text,
    PrcCls: Text,
    Curr: Text,
    Terms: Text,
    CrLim: Text,
    ArBal: Text,
    HomeWhse: Text,
    BillTo: GraniteAddress,
    ShipTos: Type.Array(Type.Object({ Code: Text, Addr: GraniteAddress })),
    TaxCerts: Type.Array(Type.Object({ St: Text, CertNo: Text, EffDate: Day, ExpDate: DayOrNone })),
    ...Changed,
  }),
);

export function fromCustomer(row: unknown): Customer {
  const customer = readCustomer(row);
  const optional = {
    blockedReason: present(customer.HoldRsn),
    customerGroup: present(customer.PrcCls),
    creditLimit: present(customer.CrLim),
    homeBranch: present(customer.HomeWhse),
  };
  return {
    customerNumber: customer.CustNo,
    name: customer.CustNm,
    status: wordFor("Granite", "Stat", customerStatus, customer.Stat),
    currency: customer.Curr,
    paymentTerms: customer.Terms,
    openBalance: customer.ArBal,
    billTo: fromAddress(customer.BillTo),
    shipTos: customer.ShipTos.map(({ Code, Addr }) => ({ code: Code, address: fromAddress(Addr) })),
    taxExemptions: customer.TaxCerts.map(({ St, CertNo, EffDate, ExpDate }) => ({
      region: St,
      certificateNumber: CertNo,
      validFrom: fromDay(EffDate) ?? "",
      ...withoutAbsent({ validTo: fromDay(ExpDate) }),
    })),
    updatedAt: fromInstant(customer.ChgDate, customer.ChgTime),
    ...withoutAbsent(optional),
  };
}

const readPrice = readerOf(
  "Granite",
  "a price agreement",
  Type.Object({
    AgrNo: Text,
    ItemNo: Text,
    Lvl: Text,
    CustNo: Text,
    PrcCls: Text,
    Curr: Text,
    Uom: Text,
    BrkQty: Text,
    Price: Text,
    EffDate: Day,
    ExpDate: DayOrNone,
    ...Changed,
  }),
);

export function fromPrice(row: unknown): PriceAgreement {
  const price = readPrice(row);
  return {
    priceAgreementId: price.AgrNo,
    sku: price.ItemNo,
    scope: wordFor("Granite", "Lvl", priceScope, price.Lvl),
    currency: price.Curr,
    unitOfMeasure: fromUnit(price.Uom),
    minimumQuantity: price.BrkQty,
    unitPrice: price.Price,
    validFrom: fromDay(price.EffDate) ?? "",
    updatedAt: fromInstant(price.ChgDate, price.ChgTime),
    ...withoutAbsent({
      customerNumber: present(price.CustNo),
      customerGroup: present(price.PrcCls),
      validTo: fromDay(price.ExpDate),
    }),
  };
}

const readLevel = readerOf(
  "Granite",
  "a stock level",
  Type.Object({
    ItemNo: Text,
    Whse: Text,
    QtyOh: Text,
    QtySs: Text,
    Inb: Type.Array(Type.Object({ Date: Day, Qty: Text })),
    Seq: Digits,
    AsOfDate: Day,
    AsOfTime: Time,
  }),
);

export function fromStock(row: unknown): StockLevel {
  const level = readLevel(row);
  return {
    sku: level.ItemNo,
    branch: level.Whse,
    onHand: level.QtyOh,
    safetyStock: level.QtySs,
    inbound: level.Inb.map(({ Date: day, Qty }) => ({ expectedOn: fromDay(day) ?? "", quantity: Qty })),
    sequence: level.Seq,
    asOf: fromInstant(level.AsOfDate, level.AsOfTime),
  };
}

const readMovement = readerOf(
  "Granite",
  "a stock movement",
  Type.Object({
    MovNo: Type.String({ minLength: 1 }),
    Seq: Digits,
    Type: Text,
    ItemNo: Text,
    Whse: Text,
    Qty: Text,
    Ref: Text,
    MovDate: Day,
    MovTime: Time,
  }),
);

export function fromMovement(row: unknown): StockMovement {
  const movement = readMovement(row);
  return {
    movementId: movement.MovNo,
    sequence: movement.Seq,
    sku: movement.ItemNo,
    branch: movement.Whse,
    quantity: movement.Qty,
    kind: wordFor("Granite", "Type", movementKind, movement.Type),
    occurredAt: fromInstant(movement.MovDate, movement.MovTime),
    ...withoutAbsent({ reference: present(movement.Ref) }),
  };
}
