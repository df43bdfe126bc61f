import { describe, expect, it } from "vitest";
import { openStore } from "./store.ts";

const opened = (url: string) =>
  openStore({ dataFolder: "/nowhere" }, { DATABASE_URL: url }, { applicationName: "test" });

describe("a database of one's own that cannot be used", () => {
  it("is named without its password, with what is wrong and what to write instead", async () => {
    const refused = await opened("postgres://hub:s3cret@127.0.0.1:1/crossdock").catch(String);
    expect(refused).toMatch(
      /DATABASE_URL names \(postgres:\/\/hub@127\.0\.0\.1:1\/crossdock\) cannot be used: .*ECONNREFUSED/,
    );
    expect(refused).toContain("Expected postgres://user:password@host:port/database");
    expect(refused).not.toContain("s3cret");
  });

  it("is refused also when its address is none", async () => {
    await expect(opened("not an address")).rejects.toThrow("The database that DATABASE_URL names cannot be used");
  });
});
