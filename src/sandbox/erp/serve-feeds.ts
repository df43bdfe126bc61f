import { Type } from "typebox";
import type { Routes } from "../kernel/counterparty.ts";
import type { Desk } from "../kernel/desk.ts";
import type { Books, Fact } from "./books.ts";
import type { Feed } from "./feed.ts";
import { renderCustomer, renderItem, renderMovement, renderPrice, renderStock } from "./rendering.ts";
import { complaint, root } from "./words.ts";

const pageMax = 200;

/** How a feed may lie, to see whether the reader notices. */
export const FeedFault = Type.Object(
  {
    fault: Type.Enum(["repeat", "short", "empty", "none"], {
      description: "repeat: an earlier page again. short: rows left out. empty: no rows at all, at status 200.",
    }),
    count: Type.Integer({ minimum: 0 }),
  },
  { additionalProperties: false },
);
export interface FeedFaults {
  fault: "repeat" | "short" | "empty" | "none";
  count: number;
}

const FeedQuery = Type.Object({
  After: Type.Optional(Type.String({ pattern: "^\\d{1,12}$" })),
  Count: Type.Optional(Type.Integer({ minimum: 1, maximum: pageMax })),
});

export function serveFeeds(vendor: Routes, desk: Desk<Books, Fact>, faults: FeedFaults): void {
  const serve = <Item>(name: string, feedOf: (books: Books) => Feed<Item>, render: (item: Item) => object) => {
    vendor.get(`${root}/feeds/${name}`, { schema: { querystring: FeedQuery } }, (request, reply) => {
      const after = Number(request.query.After ?? 0);
      const feed = feedOf(desk.state);
      if (after > feed.last)
        return reply.code(410).send(complaint(410, `Feed ${name} was begun anew; read it from the start.`));
      return reply.send(misread(feedPage(name, feed, after, request.query.Count ?? pageMax, render), faults));
    });
  };
  serve("items", ({ products }) => products, renderItem);
  serve("customers", ({ customers }) => customers, renderCustomer);
  serve("prices", ({ prices }) => prices, renderPrice);
  serve("stock", ({ stock }) => stock.levels, renderStock);
  serve("movements", ({ stock }) => stock.movements, renderMovement);
}

interface FeedPage {
  readonly Feed: string;
  readonly After: string;
  readonly Cnt: string;
  readonly Next: string;
  readonly Last: string;
  readonly More: string;
  readonly Rows: readonly object[];
}

function feedPage<Item>(
  name: string,
  feed: Feed<Item>,
  after: number,
  count: number,
  render: (item: Item) => object,
): FeedPage {
  const rows = feed.read(after, count);
  const next = rows.at(-1)?.position ?? after;
  return {
    Feed: name,
    After: String(after),
    Cnt: String(rows.length),
    Next: String(next),
    Last: String(feed.last),
    More: next < feed.last ? "Y" : "N",
    Rows: rows.map(({ item }) => render(item)),
  };
}

function misread(page: FeedPage, faults: FeedFaults): FeedPage {
  if (faults.fault === "none" || faults.count === 0) return page;
  faults.count -= 1;
  if (faults.fault === "short") return { ...page, Rows: page.Rows.slice(0, -1) };
  // The other side forgets where it was, and sends the reader round in circles.
  if (faults.fault === "repeat") return { ...page, Next: page.After, More: "Y" };
  return { ...page, Cnt: "0", Next: page.After, More: "N", Rows: [] };
}
