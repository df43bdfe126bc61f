import type { LoggedEvent } from "#contracts";

/** An event on the wire: CloudEvents 1.0, JSON event format, with our two extension attributes. */
export interface CloudEvent {
  readonly specversion: "1.0";
  readonly id: string;
  readonly type: string;
  readonly source: string;
  readonly subject: string;
  readonly time: string;
  readonly datacontenttype: "application/json";
  readonly correlationid: string;
  readonly causationid?: string;
  readonly data: unknown;
}

export const toCloudEvent = (event: LoggedEvent): CloudEvent => ({
  specversion: "1.0",
  id: event.id,
  type: event.type,
  source: event.source,
  subject: event.subject,
  time: event.time.toISOString(),
  datacontenttype: "application/json",
  correlationid: event.correlationId,
  ...(event.causationId ? { causationid: event.causationId } : {}),
  data: event.data,
});
