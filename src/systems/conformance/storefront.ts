import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Call, Storefront } from "../ports.ts";
import { callOverHttp, type Counterpart } from "./counterpart.ts";
import { namesItsFailures, writesExactlyOnce } from "./writing.ts";

interface StorefrontCounterpart extends Counterpart {
  /** Places an order in the shop and answers the number the channel knows it by. */
  placeOrder(): Promise<string>;
}

export interface StorefrontSubject {
  readonly connector: Storefront;
  readonly start: () => Promise<StorefrontCounterpart>;
  readonly wrongSettings: Readonly<Record<string, string>>;
}

/** Registers what every storefront's connector has to pass. How it reads orders is its own test: each vendor's format is its own. */
export function storefrontConformance({ connector, start, wrongSettings }: StorefrontSubject): void {
  let counterpart: StorefrontCounterpart;
  const orders = new Map<string, string>();
  const prepare = async (reference: string) => {
    orders.set(reference, await counterpart.placeOrder());
  };
  const numberOf = (reference: string) => orders.get(reference) ?? "";

  describe(`${connector.title} as a storefront`, () => {
    beforeAll(async () => {
      counterpart = await start();
    });
    afterEach(() => counterpart.behave({}));
    afterAll(() => counterpart.stop());

    it("verifies with the right settings", () => connector.verify(callOverHttp(connector, counterpart)));

    const confirmShipment = connector.confirmShipment?.bind(connector);
    const confirmCancellation = connector.confirmCancellation?.bind(connector);
    if (confirmShipment !== undefined) {
      writesExactlyOnce(connector, () => counterpart, {
        name: "confirm-shipment",
        resolution: connector.resolves.confirmShipment,
        effect: "confirm-shipment",
        prepare,
        perform: (reference: string, call: Call) =>
          confirmShipment(
            {
              channelOrderNumber: numberOf(reference),
              reference,
              carrier: "swift",
              trackingNumber: `1Z-${reference}`,
              lines: [{ lineNumber: 1, sku: "VLV-BALL-100", quantity: "2" }],
            },
            call,
          ),
      });
    }
    if (confirmCancellation !== undefined) {
      writesExactlyOnce(connector, () => counterpart, {
        name: "confirm-cancellation",
        resolution: connector.resolves.confirmCancellation,
        effect: "confirm-cancellation",
        prepare,
        perform: (reference: string, call: Call) =>
          confirmCancellation({ channelOrderNumber: numberOf(reference), reference, reason: "Out of stock." }, call),
      });
    }
    tellsAvailability(connector, () => counterpart, wrongSettings);
    namesItsFailures(
      connector,
      () => counterpart,
      (call) => connector.verify(call),
      wrongSettings,
    );
  });
}

/** Figures of a batch count once, whatever went wrong, and as many go at once as the connector says. */
function tellsAvailability(
  connector: Storefront,
  counterpartNow: () => StorefrontCounterpart,
  wrongSettings: Readonly<Record<string, string>>,
): void {
  const { availabilityLimits: limits, resolves } = connector;
  const publishAvailability = connector.publishAvailability?.bind(connector);
  if (!publishAvailability || !limits || !resolves.publishAvailability) return;
  const sequences = new Map<string, number>();
  const items = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ sku: `I-${index}`, available: "3.5" }));

  writesExactlyOnce(connector, counterpartNow, {
    name: "publish-availability",
    resolution: resolves.publishAvailability,
    effect: "publish-availability",
    effectReference: (reference) => String(sequences.get(reference)),
    prepare: async (reference) => void sequences.set(reference, sequences.size + 1),
    perform: (reference, call: Call) =>
      publishAvailability({ sequence: sequences.get(reference) ?? 0, items: items(3) }, call),
  });
  describe("publish-availability", () => {
    namesItsFailures(
      connector,
      counterpartNow,
      (call) => publishAvailability({ sequence: 1_000, items: items(1) }, call),
      wrongSettings,
    );
    it("takes as many items at once as it says", async () => {
      const call = callOverHttp(connector, counterpartNow(), { timeoutMs: 5_000 });
      const batch = { sequence: 2_000, items: items(limits.itemsMax) };
      expect(await publishAvailability(batch, call)).toEqual({ published: true });
    });
  });
}
