export {
  createEventLog,
  eventPacking,
  factRow,
  type FactRow,
  type AppendedEvent,
  type EventLog,
  type EventLogOptions,
  type EventRoute,
  type Fact,
} from "./event-log.ts";
export {
  endOfLog,
  followEvents,
  readEvents,
  type EventFilter,
  type EventPage,
  type FollowOptions,
  type ReadOptions,
} from "./read-events.ts";
export { toCloudEvent } from "./cloud-event.ts";
export { partitionOf, PARTITIONS } from "./partition.ts";
