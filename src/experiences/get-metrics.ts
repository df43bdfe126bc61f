import { Type } from "typebox";
import { defineRoute } from "./route.ts";

export const getMetrics = defineRoute({
  method: "GET",
  url: "/metrics",
  operationId: "getMetrics",
  tag: "hub",
  summary: "Counters, gauges and latencies as Prometheus reads them.",
  access: "operator",
  schema: { response: { 200: Type.String() } },
  errors: [],
  produces: { 200: "text/plain" },
  handler: (hub) => async (_request, reply) =>
    reply.type("text/plain; version=0.0.4; charset=utf-8").send(await hub.metrics.render()),
});
