import { CrossdockError } from "#contracts";
import type { InboundDocument, SubmitRequest, SubmitResult } from "#domains";
import { afterEach, describe, expect, it } from "vitest";
import { draft, salesOrder, stubHub } from "../fixtures/stub-hub.ts";
import { createHttpServer } from "../http-server.ts";
import { createResubmit, newsDoor, storefrontDoor } from "./webhook-door.ts";

const open: ReturnType<typeof createHttpServer>[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

/** A shop that signs with a word and writes an order as its number, or "bad". */
function shopDoor(answer: Partial<SubmitResult> = {}) {
  const asked: SubmitRequest[] = [];
  const read = (text: string) => {
    if (text === "bad")
      throw new CrossdockError("invalid-document", "No order.", { faults: [{ path: "/x", expected: "y" }] });
    return { idempotencyKey: `shop:${text}`, draft: { ...draft, channelOrderNumber: text } };
  };
  const door = storefrontDoor({
    system: "shop",
    channel: "web-shop",
    readOrder: ({ headers, body }) => {
      if (headers["x-signature"] !== "ours") throw new CrossdockError("invalid-signature", "Not the shop.");
      return read(body.toString());
    },
    readMendedOrder: (body) => read(body.toString()),
    submit: async (requests) => {
      asked.push(...requests);
      return [{ outcome: "accepted", repeat: false, salesOrder: salesOrder("7"), ...answer }];
    },
  });
  return { door, asked };
}

function serve(door: ReturnType<typeof shopDoor>["door"]) {
  const hub = stubHub({ webhooks: new Map([["shop", door]]) });
  const server = createHttpServer(hub, { judgesAnswers: true });
  open.push(server);
  const send = (payload: string, signature = "ours", url = "/webhooks/shop") =>
    server.inject({
      method: "POST",
      url,
      headers: { "x-signature": signature, "content-type": "application/json" },
      payload,
    });
  return { hub, send };
}

describe("a signed message", () => {
  it("is taken as the bytes it came in, and answered with the order it became", async () => {
    const { door, asked } = shopDoor();
    const answer = await serve(door).send("7");
    expect([answer.statusCode, answer.json()]).toEqual([
      200,
      { outcome: "taken", salesOrderId: "so_01kavx3q9v8d5n2m7r4t6w8y0z", salesOrderNumber: "SO-7" },
    ]);
    expect(asked[0]).toMatchObject({ idempotencyKey: "shop:7" });
  });

  it("is answered 200 when it is a repeat", async () => {
    const answer = await serve(shopDoor({ repeat: true }).door).send("7");
    expect([answer.statusCode, answer.json().outcome]).toEqual([200, "repeated"]);
  });

  it("is kept and answered 202 when its content is at fault, so that the sender stops and a person begins", async () => {
    const { hub, send } = serve(shopDoor().door);
    const answer = await send("bad");
    expect(answer.statusCode).toBe(202);
    expect(answer.json()).toMatchObject({ outcome: "kept", keptAs: "inb_1", faults: [{ path: "/x", expected: "y" }] });
    expect(hub.kept[0]).toMatchObject({ door: "webhook:shop", channel: "web-shop", body: Buffer.from("bad") });
  });

  it.each(["rejected", "conflict"] as const)("is kept as well when intake says %s", async (outcome) => {
    const { hub, send } = serve(shopDoor({ outcome, faults: [] }).door);
    expect((await send("7")).statusCode).toBe(202);
    expect(hub.kept).toHaveLength(1);
  });

  it("is refused and not kept, but counted, when the signature is wrong", async () => {
    const { hub, send } = serve(shopDoor().door);
    const answer = await send("bad", "forged");
    expect([answer.statusCode, answer.json().code]).toEqual([401, "invalid-signature"]);
    expect(hub.kept).toEqual([]);
    expect(await hub.metrics.render()).toContain(
      'crossdock_webhooks_total{system="shop",outcome="invalid-signature"} 1',
    );
  });

  it("is answered 500 when it broke on our side, so that the sender tries again", async () => {
    const { hub, send } = serve(shopDoor({ outcome: "failed" }).door);
    expect((await send("7")).statusCode).toBe(500);
    expect(hub.kept).toEqual([]);
  });

  it("has no door at a system nobody configured", async () => {
    expect((await serve(shopDoor().door).send("7", "ours", "/webhooks/other")).statusCode).toBe(404);
  });
});

describe("news of a warehouse or carrier", () => {
  const known = new Set<string>();
  const door = newsDoor({
    system: "wms",
    readNews: ({ body }) => body.toString().split(" "),
    record: async (news) => ({
      appended: news.filter((one) => one !== "lost" && !known.has(one) && known.add(one)).length,
      unmatched: news.filter((one) => one === "lost").map(() => ({ reason: "wms has no work of ours under lost." })),
    }),
  });
  const message = (text: string) => ({ headers: {}, body: Buffer.from(text) });

  it("is a repeat when nothing of it was new", async () => {
    expect(await door.receive(message("a b"))).toEqual({ outcome: "taken" });
    expect(await door.receive(message("a b"))).toEqual({ outcome: "repeated" });
  });

  it("is kept when part of it is about nothing of ours, and what is ours is taken all the same", async () => {
    await expect(door.receive(message("c lost"))).rejects.toThrow("1 of 2 news are about nothing of ours.");
    expect(known.has("c")).toBe(true);
  });

  it("goes in again only where the connector can read it without its signature", async () => {
    await expect(door.receiveMended(Buffer.from("d"))).rejects.toThrow(/send this one again/);
  });
});

describe("a kept document sent again", () => {
  const kept = (door: string): InboundDocument => ({
    inboundDocumentId: "inb_1",
    door,
    channel: "web-shop",
    receivedAt: new Date(),
    headers: {},
    body: Buffer.from("bad"),
    status: "kept",
    errorCode: "invalid-document",
    explanation: "No order.",
    faults: [],
    origin: null,
    resolvedAt: null,
    resolvedBy: null,
    resolution: null,
    result: null,
  });
  const resubmitTo = ({ door, asked }: ReturnType<typeof shopDoor>) => ({
    asked,
    resubmit: createResubmit({
      webhooks: new Map([["shop", door]]),
      submit: async () => [{ outcome: "accepted", repeat: false, salesOrder: salesOrder("1001") }],
      files: async () => ({ taken: true, result: "rows" }),
      movements: async () => ({ taken: true, result: "movements" }),
    }),
  });

  it("goes in by its own door, whose signature no longer fits and is no longer asked for", async () => {
    const { resubmit, asked } = resubmitTo(shopDoor());
    expect(await resubmit(kept("webhook:shop"), Buffer.from("8"))).toMatchObject({ taken: true });
    expect(asked[0]?.idempotencyKey).toBe("shop:8");
    expect(await resubmit(kept("api"), Buffer.from(JSON.stringify(draft)))).toMatchObject({ taken: true });
    expect(await resubmit(kept("files"), Buffer.from("sku"))).toEqual({ taken: true, result: "rows" });
  });

  it("may be mended as our own draft, where the vendor's words are harder", async () => {
    const { resubmit, asked } = resubmitTo(shopDoor());
    await resubmit(kept("webhook:shop"), Buffer.from(JSON.stringify(draft)));
    expect(asked[0]?.draft).toEqual(draft);
  });

  it("is told what is still wrong", async () => {
    const { resubmit } = resubmitTo(shopDoor());
    expect(await resubmit(kept("webhook:shop"), Buffer.from("bad"))).toMatchObject({
      taken: false,
      faults: [{ path: "/x" }],
    });
    expect(await resubmit(kept("api"), Buffer.from("{"))).toMatchObject({ taken: false });
  });

  it("cannot go in by a door that is no more", async () => {
    await expect(resubmitTo(shopDoor()).resubmit(kept("webhook:gone"), Buffer.from("8"))).rejects.toThrow(
      /not in the configuration/,
    );
  });
});
