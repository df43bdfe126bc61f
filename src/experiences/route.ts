import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import { errorCatalogue, Problem, type ErrorCode } from "#contracts";
import type { Caller } from "#governance";
import type {
  ContextConfigDefault,
  FastifyBaseLogger,
  FastifyInstance,
  FastifySchema,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
  RouteGenericInterface,
  RouteHandlerMethod,
} from "fastify";
import type { TSchema } from "typebox";
import type { Hub } from "./hub.ts";

/** Who may call: the holder of a token, whoever can sign the message, anybody. */
type Access = "operator" | "signature" | "anybody";

declare module "fastify" {
  interface FastifyContextConfig {
    readonly access?: Access;
  }
  interface FastifyRequest {
    caller: Caller | null;
    /** When its head was read, as `performance.now()` counts. */
    receivedMs: number;
  }
  interface FastifyInstance {
    /** Aborts when the server stops: what streams must end by itself. */
    readonly stopping: AbortSignal;
  }
}

export type Server = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

type Handler<Schema extends FastifySchema> = RouteHandlerMethod<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  RouteGenericInterface,
  ContextConfigDefault,
  Schema,
  TypeBoxTypeProvider
>;

/** What a route asks for and answers, as JSON Schema. */
interface RouteSchema {
  readonly params?: TSchema;
  readonly querystring?: TSchema;
  readonly headers?: TSchema;
  readonly body?: TSchema;
  readonly response: Readonly<Record<number, TSchema>>;
}

interface RouteDeclaration<Schema extends RouteSchema> {
  readonly method: "GET" | "POST" | "DELETE";
  readonly url: string;
  readonly operationId: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly access: Access;
  readonly schema: Schema;
  /** What can go wrong; the rest of the description (status, retry, fix) is the catalogue's. */
  readonly errors: readonly ErrorCode[];
  /**
   * `bytes`: the body reaches the handler as received, for a signature is over bytes. `stream`: it reaches the handler while it comes, of whatever
   * length, and is read there by `readStreamedBody`.
   */
  readonly takes?: "json" | "bytes" | "stream";
  /** The content types a streamed body may have. */
  readonly consumes?: readonly string[];
  /** The handler reads JSON from the bytes and judges it itself, item by item, so that what cannot be taken can be kept as it came. */
  readonly judgesBody?: true;
  /** Where an answer is not JSON. */
  readonly produces?: Readonly<Record<number, string>>;
  readonly handler: (hub: Hub) => Handler<Schema>;
}

/** A route as it is described to others; the OpenAPI document is written from these, Fastify registers the same objects. */
export interface Route extends Omit<RouteDeclaration<RouteSchema>, "handler"> {
  register(server: Server, hub: Hub): void;
}

const problemsOf = (errors: readonly ErrorCode[]) =>
  Object.fromEntries(errors.map((code) => [errorCatalogue[code].status, Problem]));

/** One file a route: what it asks, answers, can fail with, and does. */
export function defineRoute<const Schema extends RouteSchema>(declaration: RouteDeclaration<Schema>): Route {
  const { handler, ...described } = declaration;
  const everyRoutes: readonly ErrorCode[] = [
    ...(declaration.access === "operator" ? (["unauthenticated"] as const) : []),
    ...(declaration.method === "POST" ? (["body-too-large"] as const) : []),
    "internal",
  ];
  const errors = [...new Set([...declaration.errors, ...everyRoutes])];
  const { method, url, schema, access, judgesBody } = declaration;
  return {
    ...described,
    errors,
    register(server, hub) {
      server.route<RouteGenericInterface, ContextConfigDefault, Schema>({
        method,
        url,
        schema: { ...schema, response: { ...problemsOf(errors), ...schema.response } },
        config: { access },
        handler: handler(hub),
        ...(judgesBody ? { validatorCompiler: passBody(server) } : {}),
      });
    },
  };
}

/** The server's own judgement for everything but the body. */
function passBody(server: Server): NonNullable<Server["validatorCompiler"]> {
  return (part) => {
    if (part.httpPart === "body" || !server.validatorCompiler) return () => true;
    return server.validatorCompiler(part);
  };
}
