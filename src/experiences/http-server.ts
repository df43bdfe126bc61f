import type { Socket } from "node:net";
import { CrossdockError, CorrelationId, errorCatalogue } from "#contracts";
import type { Caller } from "#governance";
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import { fastify, type FastifyReply, type FastifyRequest } from "fastify";
import { Compile } from "typebox/compile";
import type { Hub } from "./hub.ts";
import { parseJsonBody } from "./json-body.ts";
import { toCrossdockError, toProblem } from "./problem.ts";
import type { Route, Server } from "./route.ts";
import { routes as allRoutes } from "./routes.ts";
import { answerCompiler, validatorCompiler } from "./validation.ts";

interface ServerOptions {
  readonly bodyBytesMax?: number;
  /** Holds every answer against what its route promised; for tests. */
  readonly judgesAnswers?: boolean;
  readonly routes?: readonly Route[];
}

const BODY_BYTES_MAX = 5 * 1024 * 1024;
const JSON_TYPES = /^application\/([\w.-]+\+)?json(;|$)/;
const isCorrelationId = Compile(CorrelationId);

/** The HTTP API: one gate, one way to say what is wrong, the routes as their files declare them. Listening and closing is the caller's business. */
export function createHttpServer(hub: Hub, options: ServerOptions = {}): Server {
  const { bodyBytesMax = BODY_BYTES_MAX, judgesAnswers = false, routes = allRoutes } = options;
  const server = fastify({
    bodyLimit: bodyBytesMax,
    requestIdHeader: false,
    genReqId: (request) => givenCorrelationId(request.headers["x-correlation-id"]) ?? hub.ids.next("req"),
    frameworkErrors: (error, request, reply) => answerError(hub, bodyBytesMax, error, request, reply),
    routerOptions: { maxParamLength: 200 },
    forceCloseConnections: "idle",
  }).withTypeProvider<TypeBoxTypeProvider>();
  server.setValidatorCompiler(validatorCompiler);
  server.setSerializerCompiler(answerCompiler(judgesAnswers));
  server.setErrorHandler((error, request, reply) => answerError(hub, bodyBytesMax, error, request, reply));
  server.setNotFoundHandler((request) => {
    throw new CrossdockError(
      "not-found",
      `There is nothing at ${request.method} ${request.url.split("?")[0]}; /openapi.json lists what there is.`,
    );
  });
  stopStreamsOnClose(server);
  hangUpOnSilenceOnClose(server);
  addGate(server, hub);
  countRequests(server, hub);
  registerRoutes(server, hub, routes);
  return server;
}

const givenCorrelationId = (header: unknown): string | null => (isCorrelationId.Check(header) ? header : null);

function stopStreamsOnClose(server: Server): void {
  const stopping = new AbortController();
  server.decorate("stopping", stopping.signal);
  server.addHook("preClose", (done) => {
    stopping.abort();
    done();
  });
}

/** Browsers and HTTP clients connect ahead of need. Node waits a minute for the first word on such a connection; a hub that stops does not. */
function hangUpOnSilenceOnClose(server: Server): void {
  const silent = new Set<Socket>();
  server.server.on("connection", (socket: Socket) => {
    if (server.stopping.aborted) return void socket.destroy();
    silent.add(socket);
    socket.once("close", () => silent.delete(socket));
  });
  server.server.on("request", ({ socket }) => silent.delete(socket));
  server.stopping.addEventListener("abort", () => {
    // Who is being answered now is not waited for once he was: Node would keep his connection open for the next request.
    server.server.keepAliveTimeout = 1;
    for (const socket of silent) socket.destroy();
  });
}

/** Nobody passes without a token but where the route itself says so; a route that says nothing is shut. */
function addGate(server: Server, hub: Hub): void {
  server.decorateRequest("caller", null);
  const letIn = (request: FastifyRequest, caller: Caller | null): CrossdockError | undefined => {
    request.caller = caller;
    if (caller) return undefined;
    const detail =
      request.headers.authorization === undefined
        ? "There is no Authorization header."
        : "The token is not one of ours, or it was renewed.";
    return new CrossdockError("unauthenticated", detail);
  };
  const letInLater = async (request: FastifyRequest, caller: Promise<Caller | null>): Promise<void> => {
    const refused = letIn(request, await caller);
    if (refused) throw refused;
  };
  // Most callers are known at once: nothing then waits for a promise.
  server.addHook("onRequest", (request, reply, done): unknown => {
    reply.header("x-correlation-id", request.id);
    const { access = "operator" } = request.routeOptions.config;
    if (access !== "operator" || request.is404) return done();
    const caller = hub.gate.identify(request.headers.authorization);
    return caller instanceof Promise ? letInLater(request, caller) : done(letIn(request, caller));
  });
}

function countRequests(server: Server, hub: Hub): void {
  const requests = hub.metrics.counter("crossdock_http_requests_total", "HTTP requests answered, by route and status.");
  const seconds = hub.metrics.histogram("crossdock_http_request_seconds", "How long HTTP requests took, by route.");
  const open = (route: string) => ({
    took: seconds.of({ route }),
    answered: new Map<number, ReturnType<typeof requests.of>>(),
    statusOf: (status: number) => requests.of({ route, status: String(status) }),
  });
  // A route's configuration is one object: it stands for the route. Where there is none, the method does.
  const routes = new Map<unknown, ReturnType<typeof open>>();
  server.decorateRequest("receivedMs", 0);
  server.addHook("onRequest", (request, _reply, done) => {
    request.receivedMs = performance.now();
    done();
  });
  // Counted when the answer is handed over, not when it has left: whoever waits for that has two listeners more a request.
  server.addHook("onSend", (request, reply, _payload, done) => {
    const { config, url = "unknown" } = request.routeOptions;
    const key = request.is404 ? request.method : config;
    const route = routes.get(key) ?? open(`${request.method} ${url}`);
    routes.set(key, route);
    const answered = route.answered.get(reply.statusCode) ?? route.statusOf(reply.statusCode);
    route.answered.set(reply.statusCode, answered);
    answered();
    route.took((performance.now() - request.receivedMs) / 1000);
    done();
  });
}

/** Bodies are read as bytes where a route wants them so or judges them itself, by the route where they are streamed, and as JSON everywhere else. */
function registerRoutes(server: Server, hub: Hub, routes: readonly Route[]): void {
  server.removeAllContentTypeParsers();
  const registerReading = (type: "*" | RegExp, read: (body: Buffer) => unknown, those: (route: Route) => boolean) =>
    server.register(async (scope) => {
      scope.addContentTypeParser(type, { parseAs: "buffer" }, (_request, body: Buffer, done) => {
        try {
          done(null, read(body));
        } catch (error) {
          done(error instanceof Error ? error : new Error(String(error)));
        }
      });
      for (const route of routes.filter(those)) route.register(scope.withTypeProvider(), hub);
    });
  registerReading(JSON_TYPES, parseJsonBody, ({ takes = "json", judgesBody }) => takes === "json" && !judgesBody);
  registerReading(JSON_TYPES, asReceived, ({ judgesBody }) => judgesBody === true);
  registerReading("*", asReceived, ({ takes }) => takes === "bytes");
  server.register(async (scope) => {
    scope.addContentTypeParser("*", (_request, _payload, done) => done(null));
    for (const route of routes.filter(({ takes }) => takes === "stream")) route.register(scope.withTypeProvider(), hub);
  });
}
const asReceived = (body: Buffer): Buffer => body;

const RETRY_AFTER_SECONDS = 1;

function answerError(
  hub: Hub,
  bodyBytesMax: number,
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const error = toCrossdockError(thrown, bodyBytesMax);
  const status = errorCatalogue[error.code].status;
  const about = { correlationId: request.id, method: request.method, url: request.url.split("?")[0], code: error.code };
  // That somebody else is down is no fault of ours: his lane tells of it.
  if (status === 500) hub.log.error({ ...about, err: error.cause ?? error }, "A request failed.");
  else if (status > 500) hub.log.warn({ ...about, reason: error.message }, "A request has to be sent again later.");
  else if (status === 401) hub.log.warn(about, "A caller was turned away.");
  if (status === 401) void reply.header("www-authenticate", "Bearer");
  if (error.retry === "with-backoff") void reply.header("retry-after", RETRY_AFTER_SECONDS);
  void reply
    .code(status)
    .header("x-correlation-id", request.id)
    .type("application/problem+json")
    // Written here: this also answers where no route, and so no schema, was found.
    .serializer((problem: unknown) => JSON.stringify(problem))
    .send(toProblem(error, request.id));
}
