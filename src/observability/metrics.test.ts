import { expect, it } from "vitest";
import { createMetrics } from "./metrics.ts";

it("is text a Prometheus scraper reads", async () => {
  const metrics = createMetrics();
  const requests = metrics.counter("crossdock_requests_total", "Requests answered.");
  const seconds = metrics.histogram("crossdock_request_seconds", "How long they took.", [0.1, 1]);
  metrics.gauge("crossdock_queue", "What waits.", () => [{ labels: { system: 'e"rp' }, value: 3 }]);
  requests.add({ route: "/v1", status: "200" });
  requests.add({ status: "200", route: "/v1" });
  seconds.observe(0.05);
  seconds.observe(0.5);
  seconds.observe(5);
  expect(await metrics.render()).toBe(
    [
      "# HELP crossdock_requests_total Requests answered.",
      "# TYPE crossdock_requests_total counter",
      'crossdock_requests_total{route="/v1",status="200"} 2',
      "# HELP crossdock_request_seconds How long they took.",
      "# TYPE crossdock_request_seconds histogram",
      'crossdock_request_seconds_bucket{le="0.1"} 1',
      'crossdock_request_seconds_bucket{le="1"} 2',
      'crossdock_request_seconds_bucket{le="+Inf"} 3',
      "crossdock_request_seconds_sum 5.55",
      "crossdock_request_seconds_count 3",
      "# HELP crossdock_queue What waits.",
      "# TYPE crossdock_queue gauge",
      'crossdock_queue{system="e\\"rp"} 3',
      "",
    ].join("\n"),
  );
});
