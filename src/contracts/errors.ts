import { Type, type Static } from "typebox";

/** Whether doing the same again can help: never; by itself after a pause; or once a person has mended something. */
export type Retry = "never" | "with-backoff" | "after-operator";

interface ErrorDeclaration {
  readonly status: number;
  readonly retry: Retry;
  /** What is wrong, in one short sentence without particulars. */
  readonly title: string;
  /** What the person on duty does about it. */
  readonly fix: string;
}

/** The one catalogue of errors. Refusals that are business facts (credit, stock) are events and decisions, not errors. */
export const errorCatalogue = {
  "malformed-body": {
    status: 400,
    retry: "never",
    title: "The body could not be read.",
    fix: "Send it well-formed, in the format the operation takes: JSON with content-type application/json where nothing else is said.",
  },
  "invalid-document": {
    status: 422,
    retry: "never",
    title: "The document does not fit its schema.",
    fix: "Correct the fields listed under `faults` and send it again; the original is kept for repair.",
  },
  "body-not-completed": {
    status: 408,
    retry: "with-backoff",
    title: "The body did not come to its end.",
    fix: "Send it again from the beginning: nothing of it was taken.",
  },
  "body-too-large": {
    status: 413,
    retry: "never",
    title: "The body is larger than is taken.",
    fix: "Split the document; the limit is in the message.",
  },
  unauthenticated: {
    status: 401,
    retry: "after-operator",
    title: "The caller did not say who it is.",
    fix: "Send the token in `Authorization: Bearer ...`.",
  },
  forbidden: {
    status: 403,
    retry: "after-operator",
    title: "The caller may not do this.",
    fix: "Ask the hub's operator for the scope named in the message.",
  },
  "invalid-signature": {
    status: 401,
    retry: "after-operator",
    title: "The message's signature does not match its body.",
    fix: "Check that both sides use the same signing secret and that no proxy rewrites the body.",
  },
  "not-found": {
    status: 404,
    retry: "never",
    title: "There is no such thing, or it is not yours.",
    fix: "Check the id.",
  },
  "idempotency-conflict": {
    status: 409,
    retry: "never",
    title: "The same key came with other content.",
    fix: "Use a new key for a new order; the differences are listed under `faults`.",
  },
  "in-flight": {
    status: 409,
    retry: "with-backoff",
    title: "A request with the same key is still being worked on.",
    fix: "Ask again after the seconds in Retry-After.",
  },
  "not-possible-now": {
    status: 409,
    retry: "never",
    title: "The thing's state does not allow this.",
    fix: "The message says why, and what is possible instead.",
  },
  "system-unavailable": {
    status: 503,
    retry: "with-backoff",
    title: "A system we depend on does not answer.",
    fix: "Nothing is lost: the work is queued and goes on when the system returns.",
  },
  overloaded: {
    status: 503,
    retry: "with-backoff",
    title: "The hub takes no more right now.",
    fix: "Send again after the seconds in Retry-After.",
  },
  "invalid-configuration": {
    status: 500,
    retry: "after-operator",
    title: "The configuration is not valid.",
    fix: "Correct the settings listed under `faults` and start again.",
  },
  internal: {
    status: 500,
    retry: "with-backoff",
    title: "Something broke that should not.",
    fix: "Send again with the same idempotency key; if it stays, give the correlation id to the operator.",
  },
} as const satisfies Record<string, ErrorDeclaration>;

export type ErrorCode = keyof typeof errorCatalogue;

/** One thing wrong with a document: where, what was expected, what was there, what to do. */
export const Fault = Type.Object(
  {
    path: Type.String({
      description: "JSON pointer into the document, or a row and column.",
      examples: ["/lines/0/quantity"],
    }),
    expected: Type.String(),
    found: Type.Optional(Type.String()),
    fix: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
);
export type Fault = Static<typeof Fault>;

/** The wire form of an error: RFC 9457 problem details (`application/problem+json`) with our own members. */
export const Problem = Type.Object(
  {
    type: Type.String({ description: "URI reference of the error's page." }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    code: Type.String(),
    retry: Type.Enum(["never", "with-backoff", "after-operator"]),
    fix: Type.String(),
    correlationId: Type.Optional(Type.String()),
    faults: Type.Optional(Type.Array(Fault)),
    keptAs: Type.Optional(Type.String({ description: "The dead letter under which the document is kept for repair." })),
  },
  { $id: "Problem", additionalProperties: false },
);
export type Problem = Static<typeof Problem>;

/** The one error class. `message` is for the person on duty; `faults` names fields. */
export class CrossdockError extends Error {
  override readonly name = "CrossdockError";
  readonly code: ErrorCode;
  readonly faults: readonly Fault[];

  constructor(
    code: ErrorCode,
    message: string,
    options: { readonly faults?: readonly Fault[]; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.faults = options.faults ?? [];
  }

  get retry(): Retry {
    return errorCatalogue[this.code].retry;
  }

  get status(): number {
    return errorCatalogue[this.code].status;
  }
}
