import { beforeEach, describe, expect, it } from "vitest";
import type { Problem, Product, SalesOrderDraft } from "#contracts";
import type { Answer } from "./api.ts";
import { runningHub } from "./running-hub.ts";

const hub = await runningHub();

let item: Product;
let rowsBefore: string;
beforeEach(async () => {
  item = hub.shelves.take();
  rowsBefore = await hub.orderRows();
});

/** Nothing of it is in the books: no order, no line. */
const expectNothingDone = async () => expect(await hub.orderRows()).toBe(rowsBefore);

/** A refusal a stranger can act on: each fault with its place, what was expected and what was found, and what to do. */
function expectHelpful({ status, body, headers }: Answer<Problem>, wanted: number, paths: readonly string[]): void {
  expect([status, headers.get("content-type")]).toEqual([wanted, expect.stringContaining("application/problem+json")]);
  expect(body.faults?.map(({ path }) => path)).toEqual(paths);
  for (const { expected, found } of body.faults ?? []) expect([expected, found]).not.toContain("");
  expect(body.fix).toMatch(/\w+ \w+/);
}

const letterOf = async (id: string | undefined) =>
  (await hub.letters()).find(({ deadLetterId }) => deadLetterId === id);

/** A person mends what was kept and sends it again; answers with the order that came of it. */
async function mend(id: string | undefined, content: unknown) {
  const mended = await hub.post<{ result: unknown }>(`/v1/dead-letters/${id}/edit`, {
    reason: "As the customer told us.",
    content,
  });
  expect(mended.status, mended.text).toBe(200);
  expect(await letterOf(id)).toBeUndefined();
}

describe("a JSON order that cannot be taken", () => {
  const draftOf = (quantity: string | number = 2) => hub.draft([[item.sku, quantity]]);
  const withLine = (different: Readonly<Record<string, unknown>>): object => {
    const draft = draftOf();
    return { ...draft, lines: draft.lines.map((line) => ({ ...line, ...different })) };
  };

  it.each<{ readonly what: string; readonly draft: () => object; readonly path: string; readonly says: object }>([
    {
      what: "an item nobody knows",
      draft: () => withLine({ sku: "NO-SUCH-ITEM" }),
      path: "/lines/0/sku",
      says: {
        expected: "an item known to the hub",
        found: "NO-SUCH-ITEM",
        fix: expect.stringContaining("item number"),
      },
    },
    {
      what: "more than is left of an item that is no longer made",
      draft: () => withLine({ sku: "VLV-GATE-300", quantity: "7" }),
      path: "/lines/0/sku",
      says: { found: "VLV-GATE-300, which is discontinued", fix: expect.stringContaining("VLV-BALL-300") },
    },
    {
      what: "a customer nobody knows",
      draft: () => ({
        ...draftOf(),
        customerNumber: "C-9999",
        shipTo: hub.data.customers[0]?.billTo,
      }),
      path: "/customerNumber",
      says: {
        expected: "an account known to the hub",
        found: "C-9999",
        fix: expect.stringContaining("account number"),
      },
    },
    {
      what: "a quantity of zero",
      draft: () => withLine({ quantity: "0" }),
      path: "/lines/0/quantity",
      says: { expected: expect.stringContaining("greater than zero"), found: '"0"' },
    },
    {
      what: "a negative quantity",
      draft: () => withLine({ quantity: "-3" }),
      path: "/lines/0/quantity",
      says: { expected: expect.stringContaining("greater than zero"), found: '"-3"' },
    },
    {
      what: "an absurd quantity",
      draft: () => withLine({ quantity: "99999999" }),
      path: "/lines/0/quantity",
      says: { expected: "at most 10000000 EA", found: "99999999 EA", fix: expect.stringContaining("split it") },
    },
    {
      what: "a quantity beyond all numbers",
      draft: () => withLine({ quantity: "9".repeat(30) }),
      path: "/lines/0/quantity",
      says: { expected: expect.stringContaining("below 1,000,000,000"), found: expect.stringContaining("999") },
    },
    {
      what: "a quantity that is a number and not text",
      draft: () => withLine({ quantity: 2 }),
      path: "/lines/0/quantity",
      says: { found: "2", fix: expect.stringContaining('"2"') },
    },
    {
      what: "a part of a thing that is whole",
      draft: () => withLine({ quantity: "1.5" }),
      path: "/lines/0/quantity",
      says: { expected: "a whole number of EA", found: "1.5 EA" },
    },
    {
      what: "a unit the item is not sold in",
      draft: () => withLine({ unitOfMeasure: "PL" }),
      path: "/lines/0/unitOfMeasure",
      says: {
        expected: expect.stringMatching(/^one of EA/),
        found: "PL",
        fix: expect.stringContaining("one of its units"),
      },
    },
    {
      what: "a field nobody knows, nearly one of ours",
      draft: () => ({ ...draftOf(), shipComplet: true }),
      path: "/shipComplet",
      says: { fix: "Did you mean `shipComplete`?" },
    },
    {
      what: "a day the calendar does not have",
      draft: () => ({ ...draftOf(), requestedOn: "2026-02-30" }),
      path: "/requestedOn",
      says: { found: expect.stringContaining("2026-02-30") },
    },
    {
      what: "an address the customer does not have",
      draft: () => ({ ...draftOf(), shipTo: { code: "DOCK-99" } }),
      path: "/shipTo/code",
      says: { expected: "one of MAIN, SITE-1", found: "DOCK-99", fix: expect.stringContaining("whole address") },
    },
  ])(
    "because of $what: told where, what was expected and what to do; kept for repair",
    async ({ draft, path, says }) => {
      const sent = draft();
      const answer = await hub.submit<Problem>(sent);
      expectHelpful(answer, 422, [path]);
      expect(answer.body.faults?.[0]).toMatchObject(says);
      await expectNothingDone();
      const letter = await letterOf(answer.body.keptAs);
      expect(letter).toMatchObject({ faults: answer.body.faults, actions: ["retry", "edit", "discard"] });
      expect(JSON.parse(String(letter?.content))).toEqual(sent);
    },
  );

  it("because two lines have one number: the second is told which has it", async () => {
    const [first] = hub.draft([[item.sku, 1]]).lines;
    const answer = await hub.submit<Problem>({ ...draftOf(), lines: [first, { ...first, quantity: "3" }] });
    expectHelpful(answer, 422, ["/lines/1/lineNumber"]);
    expect(answer.body.faults?.[0]).toMatchObject({ expected: expect.stringContaining("/lines/0"), found: "1" });
    await expectNothingDone();
  });

  it("for many reasons: all of them are told at once", async () => {
    const answer = await hub.submit<Problem>({
      ...draftOf(),
      customerNumber: "C-9999",
      currency: "EUR",
      lines: [
        { lineNumber: 1, sku: "NO-SUCH-ITEM", quantity: "1", unitOfMeasure: "EA" },
        { lineNumber: 2, sku: item.sku, quantity: "0.5", unitOfMeasure: "EA" },
      ],
    });
    expectHelpful(answer, 422, ["/customerNumber", "/shipTo/code", "/lines/0/sku", "/lines/1/quantity"]);
    await expectNothingDone();
  });

  it("becomes an order when a person mends it", async () => {
    const sent = withLine({ sku: "NO-SUCH-ITEM" });
    const { body } = await hub.submit<Problem>(sent);
    const letter = await letterOf(body.keptAs);
    const mended: SalesOrderDraft = JSON.parse(String(letter?.content).replace("NO-SUCH-ITEM", item.sku));
    await mend(body.keptAs, mended);
    const { salesOrderId } = await hub.arrives(mended.channelOrderNumber);
    await hub.reaches(salesOrderId, "closed");
  });

  it("stays kept, with what is still wrong, when it was mended badly", async () => {
    const { body } = await hub.submit<Problem>(withLine({ sku: "NO-SUCH-ITEM" }));
    const still = await hub.post<Problem>(`/v1/dead-letters/${body.keptAs}/edit`, {
      reason: "Perhaps this one.",
      content: withLine({ sku: "NO-SUCH-ITEM-EITHER" }),
    });
    expectHelpful(still, 422, ["/lines/0/sku"]);
    expect((await letterOf(body.keptAs))?.faults).toMatchObject([{ found: "NO-SUCH-ITEM-EITHER" }]);
    await expectNothingDone();
  });

  it("is let go, with a reason, and then cannot be sent again", async () => {
    const { body } = await hub.submit<Problem>(withLine({ sku: "NO-SUCH-ITEM" }));
    const reason = { reason: "A test of theirs." };
    expect((await hub.post(`/v1/dead-letters/${body.keptAs}/discard`, reason)).status).toBe(200);
    const late = await hub.post<Problem>(`/v1/dead-letters/${body.keptAs}/retry`, reason);
    expect([late.status, late.body.detail]).toEqual([409, expect.stringContaining("discarded by admin")]);
  });

  it("does not keep its neighbours in a list from being taken", async () => {
    const [good, other] = [draftOf(), draftOf()];
    const answer = await hub.submit<{ answers: { status: number; problem?: Problem }[] }>([
      good,
      withLine({ quantity: "0" }),
      "not an order at all",
      other,
    ]);
    expect(answer.status).toBe(207);
    expect(answer.body.answers.map(({ status }) => status)).toEqual([201, 422, 422, 201]);
    expect(answer.body.answers[1]?.problem?.faults).toMatchObject([{ path: "/lines/0/quantity" }]);
    for (const { channelOrderNumber } of [good, other]) expect(await hub.find(channelOrderNumber)).toBeDefined();
  });
});

describe("a body that is no order", () => {
  it("and no JSON: told line and column, kept, and an order once it is mended", async () => {
    const draft = hub.draft([[item.sku, 2]]);
    const text = JSON.stringify(draft, null, 2);
    const broken = text.replace('"currency": "USD",', '"currency": "USD"');
    const answer = await hub.submit<Problem>(broken);
    expect([answer.status, answer.body.code]).toEqual([400, "malformed-body"]);
    const line = broken.split("\n").findIndex((one) => one.includes('"currency"')) + 2;
    expect(answer.body.detail).toContain(`line ${line}, column`);
    expect(answer.body.fix).toContain("JSON");
    await expectNothingDone();
    expect((await letterOf(answer.body.keptAs))?.content).toBe(broken);
    await mend(answer.body.keptAs, text);
    await hub.arrives(draft.channelOrderNumber);
  });

  it.each([
    ["empty", "", 400, "empty"],
    ["a list of none", "[]", 422, "empty or too long"],
    ["a number", "42", 422, "cannot be taken"],
  ])("but %s", async (_what, body, status, detail) => {
    const answer = await hub.submit<Problem>(body);
    expect([answer.status, answer.body.detail]).toEqual([status, expect.stringContaining(detail)]);
    await expectNothingDone();
  });

  it("and of another kind: told which kind is wanted", async () => {
    const answer = await hub.submit<Problem>("sku=1", { "content-type": "application/x-www-form-urlencoded" });
    expect([answer.status, answer.body.detail]).toEqual([400, expect.stringContaining("application/json")]);
  });

  it.each(["/v1/sales-orders", "/webhooks/web-shop"])(
    "and larger than is taken at %s: told the limit",
    async (path) => {
      const answer = await hub.post<Problem>(path, JSON.stringify({ notes: "x".repeat(6 * 1024 * 1024) }));
      expect([answer.status, answer.body.code]).toEqual([413, "body-too-large"]);
      expect(answer.body.detail).toContain("5242880 bytes");
      await expectNothingDone();
    },
  );
});

describe("an order sent again", () => {
  it("is answered as the first time, however often and however many at once, and is there once", async () => {
    const draft = hub.draft([[item.sku, 3]]);
    const answers = await Promise.all(Array.from({ length: 5 }, () => hub.submit(draft)));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 200, 200, 200, 201]);
    expect(new Set(answers.map(({ body }) => body.salesOrder.salesOrderId)).size).toBe(1);
    const { salesOrderId } = await hub.reaches(answers[0]?.body.salesOrder.salesOrderId ?? "", "closed");
    const late = await hub.submit(draft);
    expect([late.status, late.body.repeat, late.body.salesOrder.salesOrderId]).toEqual([200, true, salesOrderId]);
    expect(await hub.did("granite", { operation: "create-sales-order", reference: salesOrderId })).toHaveLength(1);
  });

  it("with other content under the same number is a conflict that says what differs, and changes nothing", async () => {
    const draft = hub.draft([[item.sku, 3]], { customerPurchaseOrder: "PO-AS-IT-WAS" });
    const first = await hub.submit(draft);
    const rows = await hub.orderRows();
    const lines = draft.lines.map((line) => ({ ...line, quantity: "30" }));
    const answer = await hub.submit<Problem>({ ...draft, customerPurchaseOrder: "PO-AS-IT-IS", lines });
    expectHelpful(answer, 409, ["/customerPurchaseOrder", "/lines/0/quantity"]);
    expect(answer.body.code).toBe("idempotency-conflict");
    expect(answer.body.faults).toMatchObject([
      { expected: "PO-AS-IT-WAS", found: "PO-AS-IT-IS" },
      { expected: "3", found: "30" },
    ]);
    expect(await hub.orderRows()).toBe(rows);
    expect((await hub.salesOrder(first.body.salesOrder.salesOrderId)).lines).toMatchObject([{ quantityOrdered: "3" }]);
    expect((await letterOf(answer.body.keptAs))?.content).toContain("PO-AS-IT-IS");
  });

  it("by another door, under the same number in the same channel, is the same order", async () => {
    const header = "order_number,customer_number,purchase_order,ordered_at,ship_to_code,sku,quantity";
    const row = `FILE-TWICE,C-1001,PO-TWICE,2026-11-23T14:05:00Z,MAIN,${item.sku},2`;
    await hub.dropFile("twice.csv", `${header}\n${row}\n`);
    const { salesOrderId } = await hub.arrives("FILE-TWICE");
    const draft = hub.draft([[item.sku, 2]], {
      channel: "files",
      channelOrderNumber: "FILE-TWICE",
      customerPurchaseOrder: "PO-TWICE",
    });
    const answer = await hub.submit(draft);
    expect([answer.status, answer.body.salesOrder.salesOrderId]).toEqual([200, salesOrderId]);
  });
});

describe("a message in Shopify's name", () => {
  const lineItem = (different: object = {}) => ({ sku: item.sku, quantity: 2, price: "1.00", ...different });

  it.each([
    ["signed with another secret", { "x-shopify-hmac-sha256": Buffer.alloc(32, 7).toString("base64") }],
    ["whose signature is nonsense", { "x-shopify-hmac-sha256": "?" }],
    ["not signed at all", { "x-shopify-hmac-sha256": "" }],
  ])("%s is turned away, and nothing of it is kept", async (_what, headers) => {
    const sent = hub.shopifyOrder({ line_items: [lineItem()] });
    const answer = await hub.ask<Problem>("POST", "/webhooks/web-shop", {
      headers: {
        "content-type": "application/json",
        "x-shopify-topic": "orders/create",
        "x-shopify-shop-domain": "corner-shop.myshopify.com",
        ...headers,
      },
      body: JSON.stringify(sent),
    });
    expect([answer.status, answer.body.code]).toEqual([401, "invalid-signature"]);
    expect(answer.body.detail).toMatch(/X-Shopify-Hmac-SHA256/);
    expect(answer.body.fix).toContain("secret");
    await expectNothingDone();
    expect((await hub.letters()).filter(({ content }) => String(content).includes(String(sent["po_number"])))).toEqual(
      [],
    );
  });

  it.each<{
    readonly what: string;
    readonly order: () => Readonly<Record<string, unknown>>;
    readonly paths: readonly string[];
  }>([
    {
      what: "an item nobody knows",
      order: () => ({ line_items: [lineItem({ sku: "NO-SUCH-ITEM" })] }),
      paths: ["/line_items/0/sku"],
    },
    { what: "no item number", order: () => ({ line_items: [lineItem({ sku: null })] }), paths: ["/line_items/0/sku"] },
    {
      what: "a quantity of zero",
      order: () => ({ line_items: [lineItem({ quantity: 0 })] }),
      paths: ["/line_items/0/quantity"],
    },
    {
      what: "a unit the item is not sold in",
      order: () => ({ line_items: [lineItem({ properties: [{ name: "uom", value: "PL" }] })] }),
      paths: ["/line_items/0/properties"],
    },
    {
      what: "a customer nobody knows",
      order: () => ({
        line_items: [lineItem()],
        customer: { tags: "customer:C-9999" },
        note_attributes: [],
      }),
      paths: ["/customer/tags"],
    },
    {
      what: "no customer number",
      order: () => ({ line_items: [lineItem()], customer: { tags: "" }, note_attributes: [] }),
      paths: ["/customer/tags"],
    },
    {
      what: "no address",
      order: () => ({ line_items: [lineItem()], shipping_address: null }),
      paths: ["/shipping_address"],
    },
  ])("whose order has $what is received and kept, named in Shopify's words", async ({ order, paths }) => {
    const sent = hub.shopifyOrder(order());
    const answer = await hub.sendAsShopify(sent);
    expect([answer.status, answer.body.outcome], answer.text).toEqual([202, "kept"]);
    expect(answer.body.faults?.map(({ path }) => path)).toEqual(paths);
    await expectNothingDone();
    const letter = await letterOf(answer.body.keptAs);
    expect(letter).toMatchObject({ faults: answer.body.faults, whatToDo: expect.stringContaining("edit") });
    expect(JSON.parse(String(letter?.content))).toEqual(sent);
  });

  it("that is no JSON is kept as it came", async () => {
    const answer = await hub.sendAsShopify('{"id": 1,');
    expect([answer.status, answer.body.outcome]).toEqual([202, "kept"]);
    expect((await letterOf(answer.body.keptAs))?.content).toBe('{"id": 1,');
  });

  it("that tells an order again is answered as the first time; other content under its number is kept", async () => {
    const order = hub.shopifyOrder({ line_items: [lineItem()] });
    const first = await hub.sendAsShopify(order);
    expect([first.status, first.body.outcome], first.text).toEqual([200, "taken"]);
    const again = await hub.sendAsShopify(order, { "x-shopify-webhook-id": "another delivery" });
    expect(again.body).toEqual({ ...first.body, outcome: "repeated" });
    const other = await hub.sendAsShopify({ ...order, line_items: [lineItem({ quantity: 7 })] });
    expect([other.status, other.body.faults?.map(({ path }) => path)]).toEqual([202, ["/line_items/0/quantity"]]);
    await hub.post(`/v1/sales-orders/${first.body.salesOrderId}/cancel`, { reason: "Corner Shop never sold it." });
  });

  it("whose item the ERP learns of later becomes an order when a person corrects it, and the shop is told", async () => {
    const order = {
      customerNumber: "C-1001",
      purchaseOrder: "PO-TO-MEND",
      lines: [{ sku: "OUT-OF-STEP", quantity: 2 }],
    };
    const { name } = await hub.control<{ name: string }>("corner-shop", "place-order", order);
    const letter = await hub.until("what the shop sent is kept", null, async () =>
      (await hub.letters()).find(({ content }) => String(content).includes("PO-TO-MEND")),
    );
    expect(letter.faults).toMatchObject([{ path: "/line_items/0/sku", found: "OUT-OF-STEP" }]);
    await mend(letter.deadLetterId, String(letter.content).replaceAll("OUT-OF-STEP", item.sku));
    const { salesOrderId, holds } = await hub.arrives("PO-TO-MEND");
    // At the dollar the shop sold it for, unless that is our price.
    for (const { reason } of holds)
      await hub.post(`/v1/sales-orders/${salesOrderId}/holds/${reason}/release`, { reason: "We keep our word." });
    await hub.reaches(salesOrderId, "closed");
    await hub.learns(salesOrderId, "sales-order.channel-informed");
    const { orders } = await hub.look<{ orders: { order: { purchaseOrder: string }; fulfillments: object[] }[] }>(
      "corner-shop",
      "orders",
    );
    expect(orders.find(({ order }) => order.purchaseOrder === "PO-TO-MEND")?.fulfillments, name).toHaveLength(1);
  });
});

describe("a CSV file", () => {
  const header = "order_number,customer_number,purchase_order,ship_to_code,line_number,sku,quantity,unit_of_measure";
  const dropped = async (name: string, rows: readonly string[], place: "taken" | "with-faults") => {
    await hub.dropFile(name, `${rows.join("\n")}\n`);
    return hub.until(`${name} was read`, null, () => hub.fileReport(name, place));
  };

  it("with bad rows among good ones: the good orders are taken, each bad one is kept whole, and one is mended", async () => {
    const good = (number: string) => `${number},C-1001,PO-${number},MAIN,1,${item.sku},2,EA`;
    const report = await dropped(
      "mixed.csv",
      [
        header,
        good("MIX-1"),
        `MIX-2,C-1001,PO-MIX-2,MAIN,1,${item.sku},2,EA`,
        `MIX-2,,,,2,NO-SUCH-ITEM,1,EA`,
        `MIX-3,C-9999,PO-MIX-3,MAIN,1,${item.sku},2,EA`,
        `MIX-4,C-1001,PO-MIX-4,MAIN,1,${item.sku},-2,EA`,
        `MIX-5,C-1001,PO-MIX-5,MAIN,1,${item.sku},2,PL`,
        `MIX-6,C-1001,PO-MIX-6,MAIN,1,${item.sku},2,EA`,
        `MIX-6,,,,1,${item.sku},3,EA`,
        `MIX-7,C-1001,PO-MIX-7,MAIN,1,${item.sku},99999999,EA`,
        good("MIX-8"),
      ],
      "with-faults",
    );
    const told = report.orders.map(({ orderNumber, outcome, faults }) => [orderNumber, outcome, faults[0]?.path]);
    expect(told).toEqual([
      ["MIX-1", "accepted", undefined],
      ["MIX-2", "rejected", "row 4, column sku"],
      ["MIX-3", "rejected", "row 5, column customer_number"],
      ["MIX-4", "rejected", "row 6, column quantity"],
      ["MIX-5", "rejected", "row 7, column unit_of_measure"],
      ["MIX-6", "rejected", "row 9, column line_number"],
      ["MIX-7", "rejected", "row 10, column quantity"],
      ["MIX-8", "accepted", undefined],
    ]);
    for (const number of ["MIX-1", "MIX-8"]) expect(await hub.find(number)).toBeDefined();
    for (const number of ["MIX-2", "MIX-3", "MIX-4", "MIX-5", "MIX-6", "MIX-7"])
      expect(await hub.find(number)).toBeUndefined();
    for (const { keptAs, faults, outcome } of report.orders)
      if (outcome === "rejected") expect((await letterOf(keptAs))?.faults).toEqual(faults);

    const letter = await letterOf(report.orders[1]?.keptAs);
    expect(letter?.content).toBe(
      `${header}\nMIX-2,C-1001,PO-MIX-2,MAIN,1,${item.sku},2,EA\nMIX-2,,,,2,NO-SUCH-ITEM,1,EA\n`,
    );
    await mend(letter?.deadLetterId, String(letter?.content).replace("NO-SUCH-ITEM", hub.shelves.take().sku));
    const { salesOrderId } = await hub.arrives("MIX-2");
    await hub.reaches(salesOrderId, "closed");
  });

  it("dropped twice takes nothing twice; other content under a number is kept, with the difference", async () => {
    const rows = [header, `AGAIN-1,C-1001,PO-AGAIN,MAIN,1,${item.sku},2,EA`];
    const first = await dropped("again-1.csv", rows, "taken");
    const second = await dropped("again-2.csv", rows, "taken");
    expect(second.orders).toMatchObject([{ outcome: "accepted", repeat: true }]);
    const other = await dropped(
      "again-3.csv",
      [header, `AGAIN-1,C-1001,PO-AGAIN,MAIN,1,${item.sku},9,EA`],
      "with-faults",
    );
    expect(other.orders).toMatchObject([
      { outcome: "conflict", faults: [{ path: "row 2, column quantity", expected: "2", found: "9" }] },
    ]);
    expect(first.orders[0]?.salesOrderNumber).toBeDefined();
    expect((await hub.find("AGAIN-1"))?.lines).toMatchObject([{ quantityOrdered: "2" }]);
  });

  it("that is no order file is kept whole, and says which column was probably meant", async () => {
    const report = await dropped(
      "wrong.csv",
      ["order_number,custmer_number,sku,quantity", "X,C-1001,Y,1"],
      "with-faults",
    );
    expect(report.faults).toMatchObject([{ fix: "Did you mean `customer_number`?" }, {}]);
    expect((await letterOf(report.keptAs))?.content).toContain("custmer_number");
    await expectNothingDone();
  });
});
