export { createExchangeRecorder, purgeExchanges, readExchanges, type ExchangeRecorder } from "./exchanges.ts";
export { createMetrics, type Counter, type GaugeValue, type Histogram, type Metrics } from "./metrics.ts";
