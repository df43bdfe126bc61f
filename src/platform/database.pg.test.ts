import { describe, expect, it } from "vitest";
import { testDatabase } from "#testing";

const database = await testDatabase();
await database.query("create table things (id int primary key, amount numeric)");

describe("the database", () => {
  it("gives exact decimals, days and big numbers as text, so that nothing is rounded on the way", async () => {
    const [row] = await database.query(
      "select 12345678901234.56::numeric as amount, date '2026-03-01' as day, 9007199254740993::bigint as big",
    );
    expect(row).toEqual({ amount: "12345678901234.56", day: "2026-03-01", big: "9007199254740993" });
  });

  it("commits all of a transaction or nothing", async () => {
    await expect(
      database.transaction(async (tx) => {
        await tx.query("insert into things values (1, 1)");
        await tx.query("insert into things values (1, 2)");
      }),
    ).rejects.toThrow(/duplicate key/);
    expect(await database.query("select * from things")).toEqual([]);
  });

  it("tries the victim of a deadlock again", async () => {
    await database.query("insert into things values (10, 0), (11, 0)");
    const both = async (first: number, second: number) =>
      database.transaction(
        async (tx) => {
          await tx.query("update things set amount = amount + 1 where id = $1", [first]);
          await new Promise((resolve) => setTimeout(resolve, 50));
          await tx.query("update things set amount = amount + 1 where id = $1", [second]);
        },
        { retries: 3 },
      );
    await Promise.all([both(10, 11), both(11, 10)]);
    expect(await database.query("select amount from things where id in (10, 11)")).toEqual([
      { amount: "2" },
      { amount: "2" },
    ]);
  });

  it("prepares a named statement once and keeps its answers apart", async () => {
    const statement = { name: "twice", text: "select $1::int * 2 as twice" };
    const answers = await Promise.all([1, 2, 3].map((value) => database.query<{ twice: number }>(statement, [value])));
    expect(answers.flat().map(({ twice }) => twice)).toEqual([2, 4, 6]);
  });
});
