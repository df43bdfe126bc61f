import { givenOrder, givenStock } from "#testing";
import { describe, expect, it } from "vitest";
import { aSku, booksBalanceAfterEach, createHub } from "./hub.ts";

booksBalanceAfterEach();

interface Certificate {
  readonly certificateNumber?: string;
  readonly region?: string;
  readonly validFrom: string;
  readonly validTo?: string;
}

/** An order to Georgia of a customer with one certificate, as far as its tax. It is nine in the morning of January 5, UTC. */
async function taxed(certificate: Certificate, house: { readonly timeZone?: string; readonly isSilent?: true } = {}) {
  const hub = createHub(house);
  hub.tax.honors.add("GA-1");
  if (house.isSilent) hub.tax.down = true;
  const sku = await aSku();
  await givenStock(hub.database, sku, "ATL", "6");
  const own = [{ certificateNumber: "GA-1", region: "GA", ...certificate }];
  await hub.database.query("update customers set tax_exemptions = $1 where customer_number = 'C-1001'", [
    JSON.stringify(own),
  ]);
  const { salesOrderId, accepted } = await givenOrder(hub.database, [{ sku, quantity: "6", from: { ATL: "6" } }]);
  await hub.tell([accepted]);
  if (house.isSilent) await hub.later(121_000);
  const [answer] = await hub.dataOf(salesOrderId, "sales-order.taxed");
  return { told: hub.tax.told, tax: `${String(answer?.["source"])} ${String(answer?.["taxAmount"])}` };
}

describe("an exempt customer", () => {
  it.each([
    ["from its first day on", { validFrom: "2026-01-05" }],
    ["to its last day", { validFrom: "2025-01-01", validTo: "2026-01-05" }],
  ])("pays no tax while the certificate holds, %s", async (_, certificate) => {
    expect(await taxed(certificate)).toEqual({ told: ["GA-1"], tax: "exempt 0" });
  });

  it.each([
    ["before its first day", { validFrom: "2026-01-06" }],
    ["after its last day", { validFrom: "2025-01-01", validTo: "2026-01-04" }],
    ["where the goods do not go", { validFrom: "2025-01-01", region: "TX" }],
  ])("pays like anybody with a certificate that holds only %s", async (_, certificate) => {
    expect(await taxed(certificate)).toEqual({ told: [null], tax: "engine 6" });
  });

  it("has the day of the business: late on its last day at home the certificate holds, though it is tomorrow elsewhere", async () => {
    const untilYesterday = { validFrom: "2025-01-01", validTo: "2026-01-04" };
    const honolulu = "Pacific/Honolulu";
    expect(await taxed(untilYesterday, { timeZone: honolulu })).toEqual({ told: ["GA-1"], tax: "exempt 0" });
    expect(await taxed(untilYesterday, { timeZone: honolulu, isSilent: true })).toMatchObject({ tax: "exempt 0" });
    expect(await taxed(untilYesterday, { isSilent: true })).toMatchObject({ tax: "estimate 4.2" });
  });

  it("is not called exempt where the tax engine does not honor the certificate and charges all the same", async () => {
    const forged = { certificateNumber: "MADE-UP", validFrom: "2025-01-01" };
    expect(await taxed(forged)).toEqual({ told: ["MADE-UP"], tax: "engine 6" });
  });
});
