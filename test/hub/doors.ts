import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import type { Fault, SalesOrder, SalesOrderDraft } from "#contracts";
import type { FileReport } from "#systems";
import type { Api } from "./api.ts";

/** What `POST /v1/sales-orders` answers an order with. */
export interface Submitted {
  readonly outcome: "accepted" | "held";
  readonly repeat: boolean;
  readonly salesOrder: SalesOrder;
}

export type LineAsked = readonly [
  sku: string,
  quantity: number | string,
  more?: Partial<SalesOrderDraft["lines"][number]>,
];

const published = readFileSync(
  new URL("../../src/systems/commerce/shopify/fixtures/orders_create.json", import.meta.url),
  "utf8",
);

interface Whereabouts {
  readonly inbox: string;
  /** What Corner Shop signs with, and who it says it is. */
  readonly shop: Readonly<Record<string, string>>;
}

/** The doors orders come in by. */
export function doorsOf({ inbox, shop }: Whereabouts, { post }: Api) {
  let drafted = 0;
  let placed = 0;

  const draft = (lines: readonly LineAsked[], different: Partial<SalesOrderDraft> = {}): SalesOrderDraft => {
    drafted += 1;
    return {
      channel: "api",
      channelOrderNumber: `API-${drafted}`,
      customerNumber: "C-1001",
      customerPurchaseOrder: `PO-API-${drafted}`,
      currency: "USD",
      orderedAt: "2026-11-23T14:05:00Z",
      shipTo: { code: "MAIN" },
      lines: lines.map(([sku, quantity, more], index) => ({
        lineNumber: index + 1,
        sku,
        quantity: String(quantity),
        unitOfMeasure: "EA",
        ...more,
      })),
      ...different,
    };
  };
  const submit = <Body = Submitted>(body: unknown, headers?: Readonly<Record<string, string>>) =>
    post<Body>("/v1/sales-orders", body, headers);

  return {
    draft,
    submit,
    /** An order by the API that must be taken. */
    async ordered(lines: readonly LineAsked[], different: Partial<SalesOrderDraft> = {}): Promise<SalesOrder> {
      const answer = await submit(draft(lines, different));
      expect(answer.status, answer.text).toBe(201);
      return answer.body.salesOrder;
    },
    /** Shopify's published example of an order, of an own id and number, with the fields that are to be different. */
    shopifyOrder(different: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
      placed += 1;
      const id = 820_982_911_946 + placed;
      return { ...JSON.parse(published), id, name: `#S${placed}`, po_number: `PO-S${placed}`, ...different };
    },
    /** As Shopify delivers it: signed over the bytes, https://shopify.dev/docs/apps/build/webhooks/verify-deliveries. */
    sendAsShopify: (payload: unknown, headers: Readonly<Record<string, string>> = {}) => {
      const body = typeof payload === "string" ? payload : JSON.stringify(payload);
      const signature = createHmac("sha256", String(shop["clientSecret"])).update(body, "utf8").digest("base64");
      return post<{ outcome: string; keptAs?: string; faults?: readonly Fault[]; salesOrderId?: string }>(
        "/webhooks/web-shop",
        body,
        {
          "x-shopify-topic": "orders/create",
          "x-shopify-shop-domain": String(shop["shopDomain"]),
          "x-shopify-hmac-sha256": signature,
          ...headers,
        },
      );
    },
    /** Half a file is never seen: written under another name and renamed. */
    async dropFile(name: string, text: string): Promise<void> {
      const path = join(inbox, name);
      await mkdir(inbox, { recursive: true });
      await writeFile(`${path}.tmp`, text);
      await rename(`${path}.tmp`, path);
    },
    /** What became of a dropped file, once it was taken. */
    fileReport: (name: string, place: "taken" | "with-faults"): Promise<FileReport | null> =>
      readFile(join(inbox, place, `${name}.report.json`), "utf8").then(
        (text) => JSON.parse(text) as FileReport,
        () => null,
      ),
  };
}
