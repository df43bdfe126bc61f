import { testDatabase } from "#testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { copyRows } from "./copy-in.ts";

const database = await testDatabase();
await database.query("create table notes (id int primary key, note text, amount numeric, is_told boolean, said jsonb)");

interface Note {
  readonly id: number;
  readonly note: string | null;
  readonly amount: string | undefined;
  readonly isTold: boolean;
  readonly said: unknown;
}
const notes = copyRows<Note>("notes", {
  id: ({ id }) => id,
  note: ({ note }) => note,
  amount: ({ amount }) => amount,
  is_told: ({ isTold }) => isTold,
  said: ({ said }) => JSON.stringify(said),
});
const noteOf = (id: number, note: string | null = "as it is"): Note => ({
  id,
  note,
  amount: undefined,
  isTold: true,
  said: null,
});

// U+0000 is the one character PostgreSQL keeps nowhere.
const meant = fc.constantFrom("\\", "\\.", "\\N", "\t", "\n", "\r", "\\n", "\u0007", '"', "é", "🚚", "\u2028");
const text = fc
  .array(fc.oneof(meant, fc.string({ unit: "binary" })))
  .map((parts) => parts.join("").replaceAll("\0", ""));

describe("rows that are copied", () => {
  it("come back as they were, whatever is written in them", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.option(text), { minLength: 1, maxLength: 20 }), async (written) => {
        const sent = written.map((note, id) => ({ ...noteOf(id, note), amount: `${id}.50`, said: [note] }));
        await database.query("truncate notes");
        await database.transaction(async (tx) => tx.copy(notes, sent));
        const read = await database.query("select id, note, amount, is_told, said from notes order by id");
        expect(read).toEqual(sent.map(({ isTold, ...rest }) => ({ ...rest, is_told: isTold })));
      }),
      { numRuns: 40 },
    );
  });

  it("are nothing at all where there are none, and null where nothing is given", async () => {
    await database.query("truncate notes");
    await database.transaction(async (tx) => {
      tx.copy(notes, []);
      tx.copy(notes, [noteOf(1, null)]);
    });
    expect(await database.query("select note, amount from notes")).toEqual([{ note: null, amount: null }]);
  });

  it("fail the transaction with their own error, and with the first where one came before", async () => {
    await database.query("truncate notes");
    const twice = database.transaction(async (tx) => tx.copy(notes, [noteOf(1), noteOf(1)]));
    await expect(twice).rejects.toThrow(/duplicate key value.*notes_pkey/);
    const behind = database.transaction(async (tx) => {
      tx.send("select 1 / 0");
      tx.copy(notes, [noteOf(2)]);
      tx.copy(notes, [noteOf(3)]);
    });
    await expect(behind).rejects.toThrow(/division by zero/);
    // The connection stands where it should: nothing of the dropped rows is read as something else.
    await database.transaction(async (tx) => {
      tx.copy(notes, [noteOf(4)]);
      await tx.query("update notes set note = 'read on' where id = 4");
    });
    expect(await database.query("select id, note from notes")).toEqual([{ id: 4, note: "read on" }]);
  });
});
