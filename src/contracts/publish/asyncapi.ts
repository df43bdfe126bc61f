import { Type } from "typebox";
import { CloudEventAttributes, eventCatalogue, type EventKind } from "../events/index.ts";
import { asJson } from "./json-schemas.ts";

/** `sales-order.accepted.v1` as a component's name, where dots are not welcome. */
const componentName = (kind: EventKind) => kind.type.replaceAll(".", "-");

const messageOf = (kind: EventKind) => ({
  name: kind.type,
  title: kind.name,
  summary: kind.summary,
  contentType: "application/cloudevents+json",
  payload: asJson(Type.Object({ ...CloudEventAttributes, type: Type.Literal(kind.type), data: kind.data })),
});

/** What the hub tells, as AsyncAPI 3.0: one channel, the event log, with a message a kind of event. */
export function asyncApi(version: string): Record<string, unknown> {
  const names = eventCatalogue.map(componentName);
  return {
    asyncapi: "3.0.0",
    info: {
      title: "Crossdock events",
      version,
      description:
        "Everything that happened, as CloudEvents 1.0 in JSON. Read by cursor or followed as server-sent events.",
      license: { name: "Apache-2.0", url: "https://www.apache.org/licenses/LICENSE-2.0" },
    },
    defaultContentType: "application/cloudevents+json",
    channels: {
      events: {
        address: "/v1/events/stream",
        title: "The event log",
        description: "Events of one business story come in order; nothing is skipped.",
        messages: Object.fromEntries(names.map((name) => [name, { $ref: `#/components/messages/${name}` }])),
      },
    },
    operations: {
      tellWhatHappened: {
        action: "send",
        channel: { $ref: "#/channels/events" },
        summary: "The hub tells what happened.",
        messages: names.map((name) => ({ $ref: `#/channels/events/messages/${name}` })),
      },
    },
    components: { messages: Object.fromEntries(eventCatalogue.map((kind) => [componentName(kind), messageOf(kind)])) },
  };
}
