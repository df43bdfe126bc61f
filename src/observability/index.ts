export { createExchangeRecorder, purgeExchanges, readExchanges, type ExchangeRecorder } from "./exchanges.ts";
export { createMetrics, type Counter, type GaugeValue, type Histogram, type Metrics } from "./metrics.ts";
export { readStory } from "./read-story.ts";
export { renderStory, type RenderOptions } from "./render-story.ts";
export { tellEvent } from "./sentences.ts";
export { Story, StoryReason, StoryStep, StoryWait } from "./story.ts";
export type { LaneView } from "./story-waits.ts";
export { readQueues, type Queue } from "./queues.ts";
export { countExchanges, gaugeQueues } from "./hub-metrics.ts";
