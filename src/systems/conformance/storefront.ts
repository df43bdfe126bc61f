import { afterAll, afterEach, beforeAll, describe, it } from "vitest";
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
    namesItsFailures(
      connector,
      () => counterpart,
      (call) => connector.verify(call),
      wrongSettings,
    );
  });
}
