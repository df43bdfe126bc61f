import type { InboundDocument } from "#domains";
import { describe, expect, it } from "vitest";
import { createDeadLetterDesk, type ParkedWork } from "./dead-letter-desk.ts";

const who = { by: "dana", reason: "mended" };

function desk() {
  const done: string[] = [];
  const note =
    (name: string) =>
    async (...what: unknown[]) => {
      done.push(`${name} ${JSON.stringify(what[0])}`);
      return { taken: true as const, result: null };
    };
  const nothing =
    (name: string) =>
    async (...what: unknown[]) =>
      void (await note(name)(...what));
  const work: ParkedWork = {
    listDeadLetters: async () => [
      {
        kind: "fact",
        process: "shipment",
        instanceId: "shp_1",
        eventId: "evt_1",
        type: "shipment.rated.v1",
        correlationId: "so_1",
        explanation: "A bug.",
        parkedAt: new Date(3),
        payload: {},
        waiting: 2,
      },
      {
        kind: "command",
        process: "order-to-cash",
        instanceId: "so_1",
        commandId: "cmd_1",
        name: "post-invoice",
        lane: "erp",
        correlationId: "so_1",
        category: "rejected",
        attempts: 3,
        maybeDone: true,
        explanation: "erp answered 400.",
        parkedAt: new Date(1),
        payload: { a: 1 },
      },
    ],
    retryCommand: nothing("retryCommand"),
    editCommand: nothing("editCommand"),
    skipCommand: nothing("skipCommand"),
    retryFact: nothing("retryFact"),
    discardFact: nothing("discardFact"),
  };
  const document: InboundDocument = {
    inboundDocumentId: "inb_1",
    door: "webhook:shop",
    channel: null,
    receivedAt: new Date(2),
    headers: {},
    body: Buffer.from("{}"),
    status: "kept",
    errorCode: "invalid-document",
    explanation: "no sku",
    faults: [],
    origin: null,
    resolvedAt: null,
    resolvedBy: null,
    resolution: null,
    result: null,
  };
  const inbound = {
    keep: async () => "inb_1",
    list: async () => [document],
    read: async () => document,
    retry: note("retry"),
    edit: note("edit"),
    discard: nothing("discard"),
  };
  return { done, letters: createDeadLetterDesk(work, inbound) };
}

describe("dead letters", () => {
  it("are one list, oldest first, each with what can be done about it", async () => {
    const list = await desk().letters.list(10);
    expect(list.map(({ deadLetterId, actions }) => [deadLetterId, actions.join(" ")])).toEqual([
      ["cmd_1", "retry edit skip"],
      ["inb_1", "retry edit discard"],
      ["shipment~shp_1", "retry discard"],
    ]);
  });

  it("go to whoever keeps them, with every verb they name", async () => {
    const { letters, done } = desk();
    for (const { deadLetterId: id, actions } of await letters.list(10))
      for (const action of actions) {
        if (action === "edit") await letters.edit(id, {}, who);
        else if (action === "skip") await letters.skip(id, [], who);
        else await letters[action](id, who);
      }
    expect(done).toEqual([
      'retryCommand "cmd_1"',
      'editCommand "cmd_1"',
      'skipCommand "cmd_1"',
      'retry "inb_1"',
      'edit "inb_1"',
      'discard "inb_1"',
      'retryFact {"process":"shipment","instanceId":"shp_1"}',
      'discardFact {"process":"shipment","instanceId":"shp_1"}',
    ]);
  });

  it("say what is not possible for their kind", async () => {
    const { letters } = desk();
    await expect(letters.edit("shipment~shp_1", {}, who)).rejects.toThrow(/a fact is what happened/);
    await expect(letters.discard("cmd_1", who)).rejects.toThrow(/skipped/);
    await expect(letters.skip("inb_1", [], who)).rejects.toThrow(/sent again or discarded/);
  });

  it("say how often it was tried, what waits behind, and where an effect is in doubt", async () => {
    const [command, , fact] = await desk().letters.list(10);
    expect(command?.explanation).toBe(
      "erp answered 400. Tried 3 times. It may have taken effect: look there before anything else.",
    );
    expect(fact?.explanation).toBe("A bug. 2 more wait behind it.");
  });

  it("are skipped only on the word of events that could have come of it", async () => {
    const { letters, done } = desk();
    const closed = { type: "sales-order.closed.v1", data: { salesOrderId: "so_01kavx3q9v8d5n2m7r4t6w8y0z" } };
    await letters.skip("cmd_1", [closed], who);
    expect(done).toHaveLength(1);
    const wrong = [{ ...closed, data: {} }, { type: "moon.landed.v1", data: {} }, 5];
    await expect(letters.skip("cmd_1", wrong, who)).rejects.toMatchObject({
      faults: [{ path: "/assumed/0/data/salesOrderId" }, { path: "/assumed/1/type" }, { path: "/assumed/2" }],
    });
    await expect(letters.skip("cmd_2", [], who)).rejects.toThrow(/No command is parked as cmd_2/);
  });

  it("are edited with an object, or the text of one, and nothing else", async () => {
    const { letters, done } = desk();
    await letters.edit("cmd_1", '{"a":2}', who);
    expect(done).toHaveLength(1);
    await expect(letters.edit("cmd_1", "[1]", who)).rejects.toMatchObject({ faults: [{ path: "/content" }] });
  });
});
