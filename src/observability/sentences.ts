import {
  CommandDeferred,
  CommandParked,
  CustomerChanged,
  eventCatalogue,
  FactParked,
  FactUnclaimed,
  FulfillmentCancelled,
  FulfillmentPacked,
  FulfillmentPicked,
  FulfillmentRecalled,
  FulfillmentRecallRefused,
  FulfillmentRecallRequested,
  FulfillmentReleased,
  FulfillmentReleaseRefused,
  FulfillmentRequested,
  FulfillmentShipped,
  InventoryChanged,
  InvoicePosted,
  OperatorIntervened,
  PriceAgreementChanged,
  ProcessOverdue,
  ProductChanged,
  SalesOrderAccepted,
  SalesOrderBackordered,
  SalesOrderDropShipWanted,
  SalesOrderBackorderFilled,
  SalesOrderCancelled,
  SalesOrderCancelRefused,
  SalesOrderCancelRequested,
  SalesOrderChannelInformed,
  SalesOrderClosed,
  SalesOrderCompleted,
  SalesOrderHeld,
  SalesOrderHoldReleased,
  SalesOrderHoldsCleared,
  SalesOrderRecalled,
  SalesOrderRegistered,
  SalesOrderRegistrationRefused,
  SalesOrderShipped,
  SalesOrderTaxed,
  SalesOrderUnregistered,
  ShipmentAddressCorrected,
  ShipmentAddressRefused,
  ShipmentCreated,
  ShipmentDelivered,
  ShipmentDocumentsSent,
  ShipmentMilestoneRecorded,
  ShipmentPickedUp,
  ShipmentRated,
  ShipmentReplanned,
  ShipmentTendered,
  ShipmentTenderRefused,
  ShipmentUnplaced,
  ShipmentVoided,
  TimerElapsed,
  type EventKind,
} from "#contracts";
import { compare, isPositive, plain, round } from "#platform";
import type { Static, TObject } from "typebox";
import { Value } from "typebox/value";

interface Telling {
  readonly type: string;
  /** Null for data of another make: an event of an older version. */
  tell(data: unknown): string | null;
}

const tell = <Data extends TObject>(kind: EventKind<Data>, sentence: (data: Static<Data>) => string): Telling => ({
  type: kind.type,
  tell: (data) => (Value.Check(kind.data, data) ? sentence(data) : null),
});

interface Line {
  readonly lineNumber: number;
  readonly sku: string;
  readonly quantity: string;
}

const LINES_SHOWN = 3;
const goods = (lines: readonly Line[]): string => {
  const shown = lines.slice(0, LINES_SHOWN).map(({ quantity, sku }) => `${plain(quantity)} × ${sku}`);
  const more = lines.length - shown.length;
  return `${shown.join(", ")}${more > 0 ? ` and ${more} more` : ""}` || "nothing";
};
const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? "" : "s"}`;
const sentence = (text: string) => (/[.!?]$/.test(text) ? text : `${text}.`);
const seconds = (ms: number) =>
  ms < 1000 ? `${ms} ms` : ms < 120_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`;

const orderTellings: readonly Telling[] = [
  tell(SalesOrderAccepted, (order) => {
    const waiting = order.backorderedLines > 0 ? `, ${order.backorderedLines} of them backordered` : "";
    return `Accepted as ${order.salesOrderNumber} from ${order.channel}: ${count(order.lineCount, "line")}${waiting}, ${round(order.merchandiseAmount, 2)} ${order.currency}.`;
  }),
  tell(SalesOrderHeld, ({ reasons, explanation }) => `On hold (${reasons.join(", ")}): ${sentence(explanation)}`),
  tell(SalesOrderHoldReleased, ({ hold, by, reason }) => `${by} released the ${hold} hold: ${sentence(reason)}`),
  tell(SalesOrderHoldsCleared, () => "No hold is left; the order goes on."),
  tell(SalesOrderRegistered, ({ system, erpOrderNumber }) => `In ${system} as ${erpOrderNumber}.`),
  tell(
    SalesOrderRegistrationRefused,
    ({ system, reason }) => `${system} would not take the order: ${sentence(reason)}`,
  ),
  tell(SalesOrderTaxed, ({ source, taxAmount }) => {
    if (source === "exempt") return "No tax: the customer is exempt.";
    return source === "engine"
      ? `Tax is ${round(taxAmount, 2)}.`
      : `Tax is estimated at ${round(taxAmount, 2)}, since the tax engine did not answer.`;
  }),
  tell(SalesOrderDropShipWanted, ({ lines }) =>
    lines
      .map(
        ({ lineNumber, sku, quantity, supplier, expectedOn }) =>
          `Line ${lineNumber}: ${quantity} ${sku} must be bought from ${supplier}, who could ship by ${expectedOn}; it is on the list of drop-ships.`,
      )
      .join(" "),
  ),
  tell(SalesOrderBackordered, ({ cause, lines }) => {
    const because = cause === "short-pick" ? "The warehouse found too little" : "There is no stock";
    const days = [...new Set(lines.flatMap(({ promisedOn }) => promisedOn ?? []))];
    return `${because}: ${goods(lines)} wait${days.length > 0 ? `, promised for ${days.join(", ")}` : ""}.`;
  }),
  tell(SalesOrderBackorderFilled, ({ lines }) => `Stock arrived for ${goods(lines)}.`),
  tell(SalesOrderShipped, () => "Nothing of the order is left to ship."),
  tell(SalesOrderCompleted, () => "All of it is delivered and invoiced."),
  tell(SalesOrderClosed, () => "Closed."),
  tell(SalesOrderCancelRequested, ({ by, reason }) => `${by} asked to cancel the order: ${sentence(reason)}`),
  tell(SalesOrderRecalled, () => "Every branch gave its part back."),
  tell(SalesOrderUnregistered, ({ system }) => `${system} cancelled the order, or never had it.`),
  tell(SalesOrderCancelled, ({ lines }) => `Cancelled: ${goods(lines)}; stock is free again.`),
  tell(SalesOrderCancelRefused, ({ reason, cancelledLines }) => {
    const stopped = cancelledLines.length > 0 ? ` Still stopped: ${goods(cancelledLines)}.` : "";
    return `Too late to cancel whole: ${sentence(reason)}${stopped}`;
  }),
  tell(SalesOrderChannelInformed, ({ channel, of }) => `${channel} was told of the ${of}.`),
  tell(InvoicePosted, (invoice) => {
    const due = invoice.dueOn ? `, due ${invoice.dueOn}` : "";
    return `Invoice ${invoice.invoiceNumber} posted in ${invoice.system}: ${invoice.totalAmount} ${invoice.currency}${due}.`;
  }),
];

const fulfillmentTellings: readonly Telling[] = [
  tell(
    FulfillmentRequested,
    ({ branch, lines, explanation }) => `${branch} is to ship ${goods(lines)}: ${sentence(explanation)}`,
  ),
  tell(
    FulfillmentReleased,
    ({ branch, warehouse, warehouseReference }) => `${warehouse} has the work for ${branch} as ${warehouseReference}.`,
  ),
  tell(
    FulfillmentReleaseRefused,
    ({ warehouse, reason }) => `${warehouse} would not take the work: ${sentence(reason)}`,
  ),
  tell(FulfillmentPicked, ({ branch, lines }) => {
    const short = lines.filter(({ quantityShort }) => isPositive(quantityShort));
    const missing = short.map(({ sku, quantityShort }) => `${plain(quantityShort)} × ${sku}`).join(", ");
    return `${branch} picked ${goods(lines)}${missing ? `; short of ${missing}` : ""}.`;
  }),
  tell(
    FulfillmentPacked,
    ({ branch, handlingUnits }) => `${branch} packed ${count(handlingUnits.length, "handling unit")}.`,
  ),
  tell(FulfillmentShipped, ({ branch, lines }) => `${goods(lines)} left ${branch}.`),
  tell(FulfillmentRecallRequested, ({ branch, reason }) => `${branch} is asked to stop: ${sentence(reason)}`),
  tell(FulfillmentRecalled, ({ branch }) => `${branch} stopped; nothing of it will ship.`),
  tell(FulfillmentRecallRefused, ({ branch, reason }) => `${branch} cannot stop any more: ${sentence(reason)}`),
  tell(FulfillmentCancelled, ({ branch, cause }) => `The work at ${branch} is off (${cause.replaceAll("-", " ")}).`),
];

const shipmentTellings: readonly Telling[] = [
  tell(
    ShipmentCreated,
    (shipment) =>
      `${count(shipment.handlingUnitCount, "handling unit")} of ${plain(shipment.weightLb)} lb at ${shipment.branch} ${shipment.handlingUnitCount === 1 ? "needs" : "need"} a carrier (${shipment.mode === "ltl" ? "LTL" : "parcel"}).`,
  ),
  tell(ShipmentRated, ({ carrier, service, amount, currency, losers, explanation }) => {
    const against = losers.length > 0 ? ` against ${count(losers.length, "other")}` : "";
    return `${carrier} ${service} for ${amount} ${currency} chosen${against}: ${sentence(explanation)}`;
  }),
  tell(ShipmentTendered, ({ carrier, trackingNumber, proNumber, bolNumber }) => {
    const numbers = [
      trackingNumber && `tracking ${trackingNumber}`,
      proNumber && `PRO ${proNumber}`,
      bolNumber && `BOL ${bolNumber}`,
    ];
    return `${carrier} takes it: ${numbers.filter(Boolean).join(", ") || "no number yet"}.`;
  }),
  tell(ShipmentTenderRefused, ({ carrier, reason, outcome }) =>
    outcome === "unknown"
      ? `Whether ${carrier} took it is not known: ${sentence(reason)} It is voided there, and the next carrier asked.`
      : `${carrier} would not take it: ${sentence(reason)} The next carrier is asked.`,
  ),
  tell(
    ShipmentAddressRefused,
    ({ carrier, reason }) => `${carrier} cannot deliver to this address: ${sentence(reason)} Somebody must correct it.`,
  ),
  tell(ShipmentAddressCorrected, ({ by, reason }) => `${by} corrected the address: ${sentence(reason)}`),
  tell(ShipmentUnplaced, ({ reason }) => `No carrier is left: ${sentence(reason)} Somebody must decide.`),
  tell(ShipmentReplanned, ({ by, reason }) => `${by} sends it round the carriers once more: ${sentence(reason)}`),
  tell(ShipmentPickedUp, ({ carrier }) => `${carrier} has the goods.`),
  tell(ShipmentMilestoneRecorded, ({ description, location }) =>
    sentence(`${description}${location ? `, ${location}` : ""}`),
  ),
  tell(
    ShipmentDelivered,
    ({ carrier, location, proofOfDelivery }) =>
      `Delivered by ${carrier}${location ? ` in ${location}` : ""}, ${proofOfDelivery ? "with" : "without"} proof of delivery.`,
  ),
  tell(ShipmentVoided, ({ carrier }) => (carrier ? `Voided at ${carrier}.` : "There was nothing to void.")),
  tell(ShipmentDocumentsSent, ({ warehouse }) => `${warehouse} has the papers for the goods.`),
];

const otherTellings: readonly Telling[] = [
  tell(
    CustomerChanged,
    ({ customerNumber, system, status }) => `${system} changed customer ${customerNumber}, now ${status}.`,
  ),
  tell(ProductChanged, ({ sku, system, status }) => `${system} changed item ${sku}, now ${status}.`),
  tell(PriceAgreementChanged, ({ sku, system }) => `${system} changed a price of ${sku}.`),
  tell(InventoryChanged, ({ sku, branch, cause, availableToPromise }) => {
    const left =
      compare(availableToPromise, "0") > 0 ? `${plain(availableToPromise)} can be promised` : "none can be promised";
    return `Stock of ${sku} at ${branch} changed (${cause.replaceAll("-", " ")}): ${left}.`;
  }),
  tell(TimerElapsed, ({ process, state, patienceMs }) => `${process} was ${state} for ${seconds(patienceMs)}.`),
  tell(
    ProcessOverdue,
    ({ process, state, explanation }) => `${process} is overdue in ${state}: ${sentence(explanation)}`,
  ),
  tell(
    FactUnclaimed,
    ({ eventType, explanation }) => `${eventType} came and its time never did: ${sentence(explanation)}`,
  ),
  tell(
    CommandDeferred,
    ({ command, lane, attempt, explanation, nextAttemptInMs }) =>
      `${command} at ${lane} did not succeed (attempt ${attempt}): ${sentence(explanation)} Tried again in ${seconds(nextAttemptInMs)}.`,
  ),
  tell(
    CommandParked,
    ({ command, lane, explanation }) => `${command} at ${lane} waits for a person: ${sentence(explanation)}`,
  ),
  tell(
    FactParked,
    ({ eventType, explanation }) =>
      `${eventType} could not be handled and waits for a person: ${sentence(explanation)}`,
  ),
  tell(OperatorIntervened, ({ by, action, target, reason }) => `${by} did ${action} on ${target}: ${sentence(reason)}`),
];

const tellings = new Map(
  [...orderTellings, ...fulfillmentTellings, ...shipmentTellings, ...otherTellings].map((telling) => [
    telling.type,
    telling,
  ]),
);
const summaries = new Map(eventCatalogue.map(({ type, summary }) => [type, summary]));

/** The types that have a sentence of their own. */
export const toldTypes = (): readonly string[] => [...tellings.keys()];

/** What happened, in plain words. */
export const tellEvent = (type: string, data: unknown): string =>
  tellings.get(type)?.tell(data) ?? summaries.get(type) ?? `${type}.`;
