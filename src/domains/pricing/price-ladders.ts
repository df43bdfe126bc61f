import type { PriceAgreement, Product } from "#contracts";
import {
  addRecord,
  createAgreementRecords,
  dayNumber,
  dropRecord,
  NONE,
  number,
  numberAt,
  readRecord,
  setWhole,
  whole,
  wholeAt,
  type AgreementRecords,
} from "./agreement-records.ts";
import { climb, emptyRung, priceOfRung, tell, type AskedQuantity, type PriceAsker, type RungFound } from "./climb.ts";
import { createItemIndex, itemField, type ItemIndex } from "./item-index.ts";
import { priceFor, type NoPrice, type Price } from "./price-for.ts";
import type { AgreementOnFile } from "./read-agreements.ts";
import { createWaysToSell, millionths, NO_WAY, type SoldAs } from "./sold-as.ts";
import type { PriceInquiry, SoldProduct } from "./standing.ts";
import { packed } from "./words.ts";

/** An item as it is priced; how it is sold, and where its ladders begin, lies in the index. */
interface PricedItem {
  readonly sku: string;
  readonly number: number;
  product: Product | null;
  agreements: number;
}

/** Whose a ladder is. Of customers and groups each knows where his ladders begin, by the number of the item; the list's begin at the item. */
interface Owner {
  readonly scope: PriceAgreement["scope"];
  readonly name: string;
  readonly ladders: Map<number, number>;
  /** One bit, shared with others: an item that does not bear it knows nothing of him, and he need not be looked into. */
  readonly mark: number;
}

export interface PricedCustomer {
  readonly customerNumber: string;
  readonly customerGroup?: string;
}

/**
 * All prices there are. What an owner (a customer, a group, the list) asks for an item in one unit is a ladder: its rungs are agreements, the highest quantity
 * break on top. To price a line is to climb down at most three of them; nothing else is touched. To put a price in touches its own ladder and nothing else.
 */
export interface PriceLadders {
  /** What concerns this customer of an item: his own agreements, his group's, and the list's, whenever in force. */
  agreements(sku: string, customer: PricedCustomer): readonly PriceAgreement[];
  /** Whether anything at all is known of an item's price. */
  has(sku: string): boolean;
  onFile(priceAgreementId: string): AgreementOnFile | undefined;
  put(file: AgreementOnFile): void;
  remove(priceAgreementId: string): void;
  /** Says how an item is sold: whatever is asked of it afterwards is answered by that. */
  sell(product: Product): void;
  withdraw(sku: string): void;
  size(): number;
  /** The items whose numbers stand in a request, or NO_ITEM, and a unit's number as a word. */
  itemsAt: ItemIndex["findAll"];
  unitAt(bytes: Uint8Array, from: number, to: number): number;
  /** The word of a number in what is found. */
  word(number: number): string;
  asker(customer: PricedCustomer, currency: string, on: string): PriceAsker;
  /** The rung a line climbs to; below zero: it takes the long way, `priceFor`, to tell. */
  climb(asker: PriceAsker, item: number, asked: AskedQuantity): number;
  /** The agreement on that rung for who orders in a unit, in an object that is used again by the next question; null: it takes the long way to tell. */
  found(rung: number, item: number, unit: number): RungFound | null;
  /** The number of the way an item is sold, and the way; NO_WAY, null: no product is known, or its units are not in whole numbers. */
  wayToSell(item: number): number;
  soldAs(way: number): SoldAs | null;
  product(item: number): Product | null;
  /** Of a rung, zero or more: as long as it is the same, so is what `found` says of it for the same unit of an item sold in the same way. */
  stamp(rung: number): number;
  /** As `priceFor` of those agreements. */
  price(inquiry: PriceInquiry, product: SoldProduct): Price | NoPrice;
}

interface Shelves {
  readonly records: AgreementRecords;
  readonly recordOf: Map<string, number>;
  /** Whatever was ever sold or priced: an item's place stays until everything is read anew. */
  readonly items: Map<string, PricedItem>;
  /** By number. */
  readonly itemList: PricedItem[];
  readonly index: ItemIndex;
  readonly customers: Map<string, Owner>;
  readonly groups: Map<string, Owner>;
  readonly list: Owner;
  /** By record. */
  readonly itemOf: PricedItem[];
  readonly ownerOf: Owner[];
}

export function createPriceLadders(): PriceLadders {
  const records = createAgreementRecords();
  const shelves: Shelves = {
    records,
    recordOf: new Map(),
    items: new Map(),
    itemList: [],
    index: createItemIndex(),
    customers: new Map(),
    groups: new Map(),
    list: { scope: "list", name: "", ladders: new Map(), mark: 0 },
    itemOf: [],
    ownerOf: [],
  };
  const { items, itemList, index, customers, groups, recordOf } = shelves;
  const ways = createWaysToSell(records.words);
  const found = emptyRung();
  const asker = ({ customerNumber, customerGroup }: PricedCustomer, currency: string, on: string): PriceAsker => ({
    own: customers.get(customerNumber),
    group: customerGroup === undefined ? undefined : groups.get(customerGroup),
    currency: records.words.known(currency),
    on: dayNumber(on),
  });
  const wayToSell = (item: number): number => index.get(item, itemField.soldAs);
  const climbBy: PriceLadders["climb"] = (by, number, asked) => {
    const [soldAs, list] = [ways.at(wayToSell(number)), index.get(number, itemField.list)];
    return climb(records, by, { number, soldAs, list, marks: index.get(number, itemField.marks) }, asked);
  };
  const foundOn: PriceLadders["found"] = (rung, item, unit) =>
    rung >= 0 && tell(records, rung, ways.at(wayToSell(item)), unit, found) ? found : null;
  const agreements = (sku: string, customer: PricedCustomer) => agreementsOf(shelves, sku, customer);
  return {
    agreements,
    has: (sku) => (items.get(sku)?.agreements ?? 0) > 0,
    onFile: (priceAgreementId) => fileOf(shelves, recordOf.get(priceAgreementId)),
    put: (file) => put(shelves, file),
    remove: (priceAgreementId) => remove(shelves, priceAgreementId),
    sell(product) {
      const item = itemOf(shelves, product.sku);
      item.product = product;
      index.set(item.number, itemField.soldAs, ways.numberOf(product));
    },
    withdraw(sku) {
      const item = items.get(sku);
      if (!item) return;
      item.product = null;
      index.set(item.number, itemField.soldAs, NO_WAY);
    },
    size: () => recordOf.size,
    itemsAt: index.findAll,
    unitAt: (bytes, from, to) => records.words.knownPacked(packed(bytes, from, to)),
    word: (at) => records.words.at(at),
    asker,
    climb: climbBy,
    found: foundOn,
    wayToSell,
    soldAs: ways.at,
    product: (item) => itemList[item]?.product ?? null,
    stamp: (rung) => records.stamps[rung] ?? 0,
    price(inquiry, product) {
      const { sku, customer, currency, on, quantity, unitOfMeasure } = inquiry;
      const item = items.get(sku);
      const asked = { quantity: millionths(quantity), unit: records.words.known(unitOfMeasure) };
      const priced =
        item && item.product === product
          ? foundOn(climbBy(asker(customer, currency, on), item.number, asked), item.number, asked.unit)
          : null;
      return priced
        ? priceOfRung(priced, records.words.at(priced.unit), unitOfMeasure)
        : priceFor(inquiry, agreements(sku, customer), product);
    },
  };
}

function itemOf(shelves: Shelves, sku: string): PricedItem {
  const known = shelves.items.get(sku);
  if (known) return known;
  const { items, itemList, index } = shelves;
  const item: PricedItem = { sku, number: index.add(sku), product: null, agreements: 0 };
  index.set(item.number, itemField.list, NONE);
  items.set(sku, item);
  itemList.push(item);
  return item;
}

function ownerOf({ list, customers, groups }: Shelves, agreement: PriceAgreement): Owner {
  const { scope, customerNumber = "", customerGroup = "" } = agreement;
  if (scope === "list") return list;
  const [owners, name] = scope === "customer" ? [customers, customerNumber] : [groups, customerGroup];
  const known = owners.get(name);
  if (known) return known;
  const owner: Owner = { scope, name, ladders: new Map(), mark: 1 << (owners.size % 32) };
  owners.set(name, owner);
  return owner;
}

const firstLadder = ({ index }: Shelves, item: PricedItem, owner: Owner): number =>
  owner.scope === "list" ? index.get(item.number, itemField.list) : (owner.ladders.get(item.number) ?? NONE);

function setFirstLadder({ customers, groups, index }: Shelves, item: PricedItem, owner: Owner, record: number): void {
  if (owner.scope === "list") index.set(item.number, itemField.list, record);
  else if (record !== NONE) owner.ladders.set(item.number, record);
  else {
    owner.ladders.delete(item.number);
    if (owner.ladders.size === 0) (owner.scope === "customer" ? customers : groups).delete(owner.name);
  }
}

function put(shelves: Shelves, file: AgreementOnFile): void {
  const { agreement } = file;
  remove(shelves, agreement.priceAgreementId);
  const record = addRecord(shelves.records, file);
  const item = itemOf(shelves, agreement.sku);
  const owner = ownerOf(shelves, agreement);
  shelves.recordOf.set(agreement.priceAgreementId, record);
  shelves.itemOf[record] = item;
  shelves.ownerOf[record] = owner;
  item.agreements += 1;
  const { index } = shelves;
  index.set(item.number, itemField.marks, index.get(item.number, itemField.marks) | owner.mark);
  link(shelves, item, owner, record);
}

/** Of two rungs of one ladder, whether the first stands above the second: by its break, then its start, then its id, as `priceFor` decides. */
function isAbove(records: AgreementRecords, a: number, b: number): boolean {
  const breaks = numberAt(records, a, number.minimum) - numberAt(records, b, number.minimum);
  if (breaks !== 0 && !Number.isNaN(breaks)) return breaks > 0;
  const starts = wholeAt(records, a, whole.validFrom) - wholeAt(records, b, whole.validFrom);
  if (starts !== 0) return starts > 0;
  return (records.ids[a] ?? "") > (records.ids[b] ?? "");
}

interface Place {
  /** The ladder before it in the row of ladders, or NONE. */
  readonly before: number;
  /** The topmost rung of the ladder; NONE: there is none in this unit. */
  readonly top: number;
}

function ladderOf(records: AgreementRecords, first: number, unit: number): Place {
  let before = NONE;
  for (let top = first; top !== NONE; top = wholeAt(records, top, whole.beside)) {
    if (wholeAt(records, top, whole.unit) === unit) return { before, top };
    before = top;
  }
  return { before, top: NONE };
}

function link(shelves: Shelves, item: PricedItem, owner: Owner, record: number): void {
  const { records } = shelves;
  const first = firstLadder(shelves, item, owner);
  const { before, top } = ladderOf(records, first, wholeAt(records, record, whole.unit));
  if (top === NONE) {
    setWhole(records, record, whole.beside, first);
    setFirstLadder(shelves, item, owner, record);
    return;
  }
  if (isAbove(records, record, top)) {
    setWhole(records, record, whole.below, top);
    setWhole(records, record, whole.beside, wholeAt(records, top, whole.beside));
    setWhole(records, top, whole.beside, NONE);
    replaceTop(shelves, { item, owner, before, top: record });
    return;
  }
  let above = top;
  let below = wholeAt(records, top, whole.below);
  while (below !== NONE && isAbove(records, below, record))
    [above, below] = [below, wholeAt(records, below, whole.below)];
  setWhole(records, record, whole.below, below);
  setWhole(records, above, whole.below, record);
}

interface NewTop extends Place {
  readonly item: PricedItem;
  readonly owner: Owner;
}

function replaceTop(shelves: Shelves, { item, owner, before, top }: NewTop): void {
  if (before === NONE) setFirstLadder(shelves, item, owner, top);
  else setWhole(shelves.records, before, whole.beside, top);
}

function unlink(shelves: Shelves, item: PricedItem, owner: Owner, record: number): void {
  const { records } = shelves;
  const { before, top } = ladderOf(records, firstLadder(shelves, item, owner), wholeAt(records, record, whole.unit));
  const below = wholeAt(records, record, whole.below);
  if (top === record) {
    const beside = wholeAt(records, record, whole.beside);
    if (below !== NONE) setWhole(records, below, whole.beside, beside);
    replaceTop(shelves, { item, owner, before, top: below === NONE ? beside : below });
    return;
  }
  let above = top;
  while (wholeAt(records, above, whole.below) !== record) above = wholeAt(records, above, whole.below);
  setWhole(records, above, whole.below, below);
}

function remove(shelves: Shelves, priceAgreementId: string): void {
  const record = shelves.recordOf.get(priceAgreementId);
  const item = record === undefined ? undefined : shelves.itemOf[record];
  const owner = record === undefined ? undefined : shelves.ownerOf[record];
  if (record === undefined || !item || !owner) return;
  unlink(shelves, item, owner, record);
  shelves.recordOf.delete(priceAgreementId);
  dropRecord(shelves.records, record);
  item.agreements -= 1;
}

function fileOf({ records, itemOf: items, ownerOf: owners }: Shelves, record = NONE): AgreementOnFile | undefined {
  const item = items[record];
  const owner = owners[record];
  if (!item || !owner) return undefined;
  return readRecord(records, record, { sku: item.sku, scope: owner.scope, owner: owner.name });
}

function agreementsOf(shelves: Shelves, sku: string, customer: PricedCustomer): readonly PriceAgreement[] {
  const item = shelves.items.get(sku);
  if (!item) return [];
  const { customers, groups, list, records } = shelves;
  const { customerNumber, customerGroup } = customer;
  const group = customerGroup === undefined ? undefined : groups.get(customerGroup);
  const found: PriceAgreement[] = [];
  for (const owner of [customers.get(customerNumber), group, list]) {
    if (!owner) continue;
    for (let top = firstLadder(shelves, item, owner); top !== NONE; top = wholeAt(records, top, whole.beside))
      for (let rung = top; rung !== NONE; rung = wholeAt(records, rung, whole.below)) {
        const file = fileOf(shelves, rung);
        if (file) found.push(file.agreement);
      }
  }
  return found;
}
