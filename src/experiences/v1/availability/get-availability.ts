import { CrossdockError, CustomerNumber, SystemCode, type Fault } from "#contracts";
import { Type } from "typebox";
import { defineRoute } from "../../route.ts";
import { Availability } from "./availability.ts";

const SKUS_MAX = 200;
const SKU_CHARACTERS_MAX = 40;
/** Any printable character but the comma, which stands between item numbers. */
const SKU = /^[\x21-\x2b\x2d-\x7e]{1,40}$/;

/** Each item once, in the order asked. Throws "invalid-document" with what is wrong, item by item. */
function skusOf(text: string): readonly string[] {
  if (SKU.test(text)) return [text];
  const asked = text.split(",");
  const path = "query skus";
  const faults: Fault[] = asked
    .filter((sku) => !SKU.test(sku))
    .map((sku) => ({ path, expected: `an item number of 1 to ${SKU_CHARACTERS_MAX} characters`, found: `"${sku}"` }));
  if (asked.length > SKUS_MAX) {
    const fix = "Ask in several calls.";
    faults.push({ path, expected: `at most ${SKUS_MAX} item numbers`, found: String(asked.length), fix });
  }
  if (faults.length > 0)
    throw new CrossdockError("invalid-document", "The items asked for cannot be read.", { faults });
  return [...new Set(asked)];
}

export const getAvailability = defineRoute({
  method: "GET",
  url: "/v1/availability",
  operationId: "getAvailability",
  tag: "stock and prices",
  summary: "What can be promised of items, over all branches and branch by branch, and how old that knowledge is.",
  description:
    "Answered from the hub's memory: no other system is asked. The answer bears an ETag: sent again as If-None-Match, it is answered by 304 as long as no figure is different. With `channel`, what other channels keep for themselves is left out.",
  access: "operator",
  schema: {
    querystring: Type.Object(
      {
        skus: Type.String({
          minLength: 1,
          description: `Up to ${SKUS_MAX} item numbers, separated by commas.`,
          examples: ["PVC-90-050,CU-TUBE-L-075"],
        }),
        customerNumber: Type.Optional(CustomerNumber),
        channel: Type.Optional(SystemCode),
      },
      { additionalProperties: false },
    ),
    response: {
      // Sent as written by the desk; what it must look like is the schema's to say all the same.
      200: Type.Unsafe<string | Buffer>(Availability),
      304: Type.Unsafe<string>(Type.String({ description: "Nothing changed since the answer that bore the tag." })),
    },
  },
  errors: ["invalid-document"],
  handler: (hub) => (request, reply) => {
    const answer = hub.availability({ ...request.query, skus: skusOf(request.query.skus) });
    reply.header("etag", answer.tag);
    if (request.headers["if-none-match"] === answer.tag) return void reply.code(304).send("");
    const { content, giveBack } = answer.json();
    // Sent to the end or broken off: in either case nobody reads the bytes any more.
    if (typeof content !== "string") reply.raw.once("close", giveBack);
    reply.code(200).type("application/json; charset=utf-8").send(content);
  },
});
