import fc from "fast-check";
import type { Reservation, ReservationDraft } from "#contracts";
import type { ReservationRequest, ReservationResult } from "#domains";
import { isKept, type Cart } from "../carts.ts";
import {
  customers,
  draftLines,
  partsOf,
  wordsOf,
  type Channel,
  type CustomerName,
  type OrderedLine,
} from "../catalog.ts";
import type { Node, Trade } from "../trade.ts";
import { answerOf, kind, oneOf } from "./action.ts";
import { anyChannel, anyLines } from "./orders.ts";

const MINUTE_MS = 60_000;
const customerNames = Object.keys(customers) as CustomerName[];

export interface DrawnCart {
  readonly channel: Channel;
  /** Null: nobody signed in. */
  readonly customer: CustomerName | null;
  readonly lines: readonly OrderedLine[];
  readonly minutes: number;
  readonly isComplete: boolean;
}
export const anyCart: fc.Arbitrary<DrawnCart> = fc.record({
  channel: anyChannel,
  customer: fc.option(fc.constantFrom(...customerNames), { nil: null }),
  lines: anyLines,
  minutes: fc.integer({ min: 1, max: 3 }),
  isComplete: fc.boolean(),
});

export function requestOf(
  number: number,
  { channel, customer, lines, minutes, isComplete }: DrawnCart,
): ReservationRequest {
  const draft: ReservationDraft = {
    channel,
    minutes,
    ...(customer === null ? {} : { customerNumber: customer }),
    ...(isComplete && { complete: true }),
    lines: draftLines(lines),
  };
  return { draft, idempotencyKey: `cart-${number}` };
}

interface NamedCart extends DrawnCart {
  readonly name: string;
  readonly request: ReservationRequest;
}

/** Carts and quotes ask for stock, several at once; the same may ask twice. */
const reserving = kind(
  5,
  fc.array(fc.tuple(anyCart, fc.boolean()), { minLength: 1, maxLength: 2 }),
  async (trade, node, drawn) => {
    const named = drawn.map(([cart, isRepeated]) => {
      const number = trade.nextNumber();
      return { name: `cart ${number}`, request: requestOf(number, cart), ...cart, isRepeated };
    });
    const requests = named.flatMap(({ request, isRepeated }) => (isRepeated ? [request, request] : [request]));
    const before = await trade.model?.shelves();
    const results = await node.carts.reserve(requests);
    const own = named.map(({ request }) => results.filter((_, index) => requests[index] === request));
    const asked = named.map(({ name, request }) => ({ name, draft: request.draft }));
    if (before)
      trade.model?.cartsKept(
        asked,
        own.flatMap(([first]) => first ?? []),
        before,
      );
    const told = named.map((cart, index) => {
      const words = `${wordsOf(cart.lines)}${cart.isComplete ? ", all or nothing," : ""} for ${cart.minutes} min`;
      return `${cart.name} (${words}): ${keep(trade, cart, own[index] ?? [])}`;
    });
    return told.join("; ");
  },
);

function keep(trade: Trade, cart: NamedCart, [first, again]: readonly ReservationResult[]): string {
  const { name } = cart;
  if (first?.outcome === "short" && cart.isComplete) return "short, nothing is kept";
  if (first?.outcome !== "reserved") {
    trade.violations.push(`${name} was new and good, and was answered ${first?.outcome}`);
    return String(first?.outcome);
  }
  if (again && !(again.outcome === "repeat" && again.reservation.reservationId === first.reservation.reservationId))
    trade.violations.push(`${name} came twice and was ${again.outcome} the second time`);
  const { reservation } = first;
  trade.carts.push(cartOf(cart, reservation));
  return "kept";
}

export const cartOf = ({ name, channel, customer, lines }: NamedCart, reservation: Reservation): Cart => ({
  name,
  reservationId: reservation.reservationId,
  channel,
  customer,
  lines,
  pieces: piecesOf(reservation),
  expiresAt: new Date(reservation.expiresAt),
  mayBeGone: false,
  ended: null,
});

const piecesOf = ({ lines }: Reservation): Cart["pieces"] =>
  lines.flatMap(({ sku, from }) =>
    from.flatMap(({ branch, quantity }) =>
      partsOf(sku).map((part) => ({ sku: part.sku, branch, quantity: Number(quantity) * part.quantity })),
    ),
  );

const extending = kind(
  2,
  fc.record({ which: fc.nat(), minutes: fc.integer({ min: 1, max: 4 }) }),
  async (trade, node, { which, minutes }) => {
    const cart = oneOf(trade.carts, which);
    if (!cart) return "a cart is to be kept on, and there is none";
    const wasKept = isKept(cart, trade.now());
    const until = new Date(trade.now().getTime() + minutes * MINUTE_MS);
    // Until the answer is here it is kept for the shorter of both times.
    const before = cart.expiresAt;
    if (until < before) cart.expiresAt = until;
    const answer = await answerOf(node.carts.extend(cart.reservationId, minutes));
    cart.expiresAt = answer === "done" ? until : before;
    expectAnswer(trade, cart, `kept on for ${minutes} min`, wasKept, answer);
    return `${cart.name} is to be kept on for ${minutes} min: ${answer}`;
  },
);

const releasing = kind(2, fc.nat(), async (trade, node, which) => {
  const cart = oneOf(trade.carts, which);
  if (!cart) return "a cart is to be given up, and there is none";
  cart.mayBeGone = true;
  const answer = await answerOf(node.carts.release(cart.reservationId));
  expectAnswer(trade, cart, "given up", cart.ended !== "ordered", answer);
  if (trade.model && cart.ended === null && isKept(cart, trade.now())) cart.ended = "released";
  return `${cart.name} is given up: ${answer}`;
});

/** Where things happen one after the other, whether it is possible is known before. */
function expectAnswer(trade: Trade, { name }: Cart, what: string, isPossible: boolean, answer: string): void {
  if (trade.model && isPossible !== (answer === "done"))
    trade.violations.push(`${name} was to be ${what}, which was ${isPossible ? "" : "not "}possible: ${answer}`);
}

/** Long enough for some carts to expire. */
export const waiting = (weight: number) =>
  kind(weight, fc.integer({ min: 20, max: 150 }), async (trade, _node, seconds) => {
    await trade.timeGoesOn(seconds * 1000);
    return `${seconds} s go by`;
  });

/** The pass that ends what is over, as a hub makes it every second. */
export async function sweep(trade: Trade, node: Node): Promise<void> {
  await node.carts.expire();
  trade.model?.swept();
}
const sweeping = kind(2, fc.constant(null), async (trade, node) => {
  await sweep(trade, node);
  return "what expired is given back";
});

export const cartKinds = [reserving, extending, releasing, waiting(2), sweeping];
