import { Type, type Static, type TObject, type TProperties } from "typebox";
import { CorrelationId, EventId, Instant } from "../primitives.ts";

/**
 * What every event carries: the CloudEvents 1.0 attributes (JSON event format) with the extension attributes `correlationid`
 * and `causationid`. In TypeScript we write them in camelCase; `toCloudEvent` in `#events` writes the wire form.
 */
export interface EventEnvelope {
  readonly id: string;
  readonly type: string;
  readonly source: string;
  readonly subject: string;
  readonly time: Date;
  readonly correlationId: string;
  readonly causationId: string | null;
}

/** A kind of event, declared once: name, version, what it means, what it carries. */
export interface EventKind<Data extends TObject = TObject, Name extends string = string> {
  readonly name: Name;
  readonly version: number;
  /** `sales-order.accepted.v1`: the CloudEvents type. */
  readonly type: string;
  readonly summary: string;
  /** Which field of the data names the thing the event is about; it becomes the CloudEvents subject. */
  readonly subject: string;
  readonly data: Data;
  /** A draft of such an event, for the log to complete with id, time and cause. */
  (
    data: Static<Data>,
    story: { readonly correlationId: string; readonly causationId?: string | null },
  ): EventDraft<Static<Data>>;
}

/** An event before it is in the log. `id` is given only where the fact has an identity of its own (a vendor's message). */
export interface EventDraft<Data = unknown> {
  readonly type: string;
  readonly subject: string;
  readonly correlationId: string;
  readonly causationId: string | null;
  readonly data: Data;
  readonly id?: string;
}

/** An event as the log holds it. */
export interface LoggedEvent<Data = unknown> extends EventEnvelope {
  readonly data: Data;
}

/** What a reaction is called with: the instance it is for and the event that caused it. */
export interface EffectCall<Data = unknown> {
  readonly instanceId: string;
  readonly event: LoggedEvent<Data>;
}

export type DataOf<Kind> = Kind extends { readonly data: infer Data extends TObject } ? Static<Data> : never;

interface Declaration<Name extends string, Properties extends TProperties> {
  readonly name: Name;
  readonly version?: number;
  readonly summary: string;
  readonly subject: keyof Properties & string;
  readonly data: Properties;
}

export function defineEvent<const Name extends string, Properties extends TProperties>(
  declaration: Declaration<Name, Properties>,
): EventKind<TObject<Properties>, Name> {
  const version = declaration.version ?? 1;
  const type = `${declaration.name}.v${version}`;
  const { subject, summary } = declaration;
  const data = Type.Object(declaration.data, { additionalProperties: false });
  const draft = (
    content: Static<TObject<Properties>>,
    story: { correlationId: string; causationId?: string | null },
  ) => ({
    type,
    subject: String(Reflect.get(content, subject)),
    correlationId: story.correlationId,
    causationId: story.causationId ?? null,
    data: content,
  });
  // A function's own name is read-only until it is declared otherwise.
  Object.defineProperty(draft, "name", { writable: true });
  return Object.assign(draft, { name: declaration.name, version, type, summary, subject, data });
}

/** The wire form's envelope, as JSON Schema; `data` is added for each kind. CloudEvents 1.0.2, JSON event format. */
export const CloudEventAttributes = {
  specversion: Type.Literal("1.0"),
  id: EventId,
  source: Type.String({ examples: ["crossdock"] }),
  subject: Type.String(),
  time: Instant,
  datacontenttype: Type.Literal("application/json"),
  correlationid: CorrelationId,
  causationid: Type.Optional(Type.String()),
};
