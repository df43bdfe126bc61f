import type { LoggedEvent } from "#contracts";

/** The wire form: CloudEvents 1.0.2, JSON event format. */
export const toCloudEvent = (event: LoggedEvent) => ({
  specversion: "1.0" as const,
  id: event.id,
  type: event.type,
  source: event.source,
  subject: event.subject,
  time: event.time.toISOString(),
  datacontenttype: "application/json" as const,
  correlationid: event.correlationId,
  ...(event.causationId === null ? {} : { causationid: event.causationId }),
  data: event.data,
});
