import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { orderFilesPage } from "./page.ts";

it("is published as it is generated", () => {
  expect(readFileSync(new URL("../../../docs/guides/order-files.md", import.meta.url), "utf8")).toBe(orderFilesPage());
});
