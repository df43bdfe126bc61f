/** Prometheus text exposition, version 0.0.4: a small honest set, counted here and asked for by a scraper. */
type Labels = Readonly<Record<string, string>>;
type Kind = "counter" | "gauge" | "histogram";

interface Sample {
  readonly suffix: string;
  readonly labels: Labels;
  readonly value: number;
}
interface Instrument {
  readonly name: string;
  readonly help: string;
  readonly kind: Kind;
  samples(): readonly Sample[] | Promise<readonly Sample[]>;
}

export interface Counter {
  add(labels?: Labels, by?: number): void;
  /** The one series of these labels, for who counts often. */
  of(labels: Labels): (by?: number) => void;
}
export interface Histogram {
  observe(seconds: number, labels?: Labels): void;
  /** The one series of these labels, for who observes often. */
  of(labels: Labels): (seconds: number) => void;
}
export interface Metrics {
  counter(name: string, help: string): Counter;
  histogram(name: string, help: string, buckets?: readonly number[]): Histogram;
  /** Asked at the moment of the scrape. */
  gauge(name: string, help: string, read: () => readonly GaugeValue[] | Promise<readonly GaugeValue[]>): void;
  render(): Promise<string>;
}
export interface GaugeValue {
  readonly labels?: Labels;
  readonly value: number;
}

/** Seconds; from a millisecond to the patience of a caller. */
const LATENCIES = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

const escaped = (text: string) => text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
const labelText = (labels: Labels) => {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length > 0 ? `{${pairs.join(",")}}` : "";
};
const keyOf = (labels: Labels) => JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
const valueText = (value: number) => (value === Infinity ? "+Inf" : String(value));

interface Buckets {
  readonly labels: Labels;
  readonly counts: number[];
  sum: number;
  count: number;
}

function histogramSamples(buckets: readonly number[], { labels, counts, sum, count }: Buckets): readonly Sample[] {
  let below = 0;
  const bounded = buckets.map((bound, index) => {
    below += counts[index] ?? 0;
    return { suffix: "_bucket", labels: { ...labels, le: valueText(bound) }, value: below };
  });
  const all = { suffix: "_bucket", labels: { ...labels, le: "+Inf" }, value: count };
  return [...bounded, all, { suffix: "_sum", labels, value: sum }, { suffix: "_count", labels, value: count }];
}

async function renderInstrument(instrument: Instrument): Promise<string> {
  const { name, help, kind } = instrument;
  const samples = await instrument.samples();
  const lines = samples.map(({ suffix, labels, value }) => `${name}${suffix}${labelText(labels)} ${valueText(value)}`);
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`, ...lines].join("\n");
}

export function createMetrics(): Metrics {
  const instruments: Instrument[] = [];
  return {
    counter(name, help) {
      const values = new Map<string, { labels: Labels; value: number }>();
      const samples = () => [...values.values()].map(({ labels, value }) => ({ suffix: "", labels, value }));
      instruments.push({ name, help, kind: "counter", samples });
      function of(labels: Labels): (by?: number) => void {
        const key = keyOf(labels);
        const one = values.get(key) ?? { labels, value: 0 };
        values.set(key, one);
        return (by = 1) => void (one.value += by);
      }
      return { of, add: (labels = {}, by) => of(labels)(by) };
    },
    histogram(name, help, buckets = LATENCIES) {
      const series = new Map<string, Buckets>();
      const samples = () => [...series.values()].flatMap((one) => histogramSamples(buckets, one));
      instruments.push({ name, help, kind: "histogram", samples });
      function of(labels: Labels): (seconds: number) => void {
        const key = keyOf(labels);
        const one = series.get(key) ?? { labels, counts: buckets.map(() => 0), sum: 0, count: 0 };
        series.set(key, one);
        return (seconds) => {
          const index = buckets.findIndex((bound) => seconds <= bound);
          if (index >= 0) one.counts[index] = (one.counts[index] ?? 0) + 1;
          one.sum += seconds;
          one.count += 1;
        };
      }
      return { of, observe: (seconds, labels = {}) => of(labels)(seconds) };
    },
    gauge(name, help, read) {
      const samples = async () => (await read()).map(({ labels = {}, value }) => ({ suffix: "", labels, value }));
      instruments.push({ name, help, kind: "gauge", samples });
    },
    render: async () => `${(await Promise.all(instruments.map(renderInstrument))).join("\n")}\n`,
  };
}
