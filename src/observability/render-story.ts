import type { Story, StoryStep, StoryWait } from "./story.ts";

export interface RenderOptions {
  /** Whether calls to systems are shown, with what was sent and answered. */
  readonly withExchanges: boolean;
  readonly colour: boolean;
}

type Paint = (text: string) => string;
interface Palette {
  readonly strong: Paint;
  readonly quiet: Paint;
  readonly good: Paint;
  readonly bad: Paint;
}

const ESCAPE = "\u001B[";
const paint =
  (code: string): Paint =>
  (text) =>
    `${ESCAPE}${code}m${text}${ESCAPE}0m`;
const same: Paint = (text) => text;
const coloured: Palette = { strong: paint("1"), quiet: paint("2"), good: paint("32"), bad: paint("31") };
const plainly: Palette = { strong: same, quiet: same, good: same, bad: same };

const WRAP_AT = 120;
const SYSTEM_WIDTH_MAX = 16;
/** What comes from outside must not steer the terminal. */
// oxlint-disable-next-line no-control-regex
const harmless = (text: string) => text.replaceAll(/[\u0000-\u001F\u007F-\u009F]/g, " ");

function wrapped(text: string, indent: number): string {
  const width = WRAP_AT - indent;
  const lines = [""];
  for (const word of harmless(text).split(" ")) {
    const line = lines.at(-1) ?? "";
    if (line && line.length + word.length + 1 > width) lines.push(word);
    else lines[lines.length - 1] = line ? `${line} ${word}` : word;
  }
  return lines.join(`\n${" ".repeat(indent)}`);
}

const took = (ms: number) => (ms < 10_000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`);

/** Since the first step: what people compare; the day and hour stand at the head. */
function since(first: string, at: string): string {
  const ms = Date.parse(at) - Date.parse(first);
  if (ms < 60_000) return `+${(ms / 1000).toFixed(2)}s`;
  if (ms < 3_600_000) return `+${Math.floor(ms / 60_000)}m${String(Math.floor(ms / 1000) % 60).padStart(2, "0")}s`;
  return ms < 86_400_000 ? `+${(ms / 3_600_000).toFixed(1)}h` : `+${(ms / 86_400_000).toFixed(1)}d`;
}

interface Columns {
  readonly first: string;
  readonly systemWidth: number;
  readonly palette: Palette;
}

const TIME_WIDTH = 9;
const MARKS = { event: "•", exchange: "→", note: "·" } as const;

function renderStep(step: StoryStep, { first, systemWidth, palette }: Columns): string {
  const indent = TIME_WIDTH + systemWidth + 5;
  const time = palette.quiet(since(first, step.at).padStart(TIME_WIDTH));
  const system = harmless(step.system ?? "")
    .slice(0, systemWidth)
    .padEnd(systemWidth);
  const duration = step.durationMs === undefined ? "" : ` (${took(step.durationMs)})`;
  const text = wrapped(step.sentence + duration, indent);
  const shade = step.failed ? palette.bad : step.kind === "event" ? same : palette.quiet;
  return `${time} ${palette.strong(system)} ${MARKS[step.kind]} ${shade(text)}`;
}

function renderDetails({ details }: StoryStep, { systemWidth, palette }: Columns): readonly string[] {
  if (!details) return [];
  const indent = TIME_WIDTH + systemWidth + 5;
  const { method, url, requestBody, answerBody, explanation, idempotencyKey } = details;
  const lines = [
    `${method} ${url}`,
    ...(idempotencyKey ? [`key       ${idempotencyKey}`] : []),
    ...(requestBody ? [`sent      ${requestBody}`] : []),
    ...(answerBody ? [`answered  ${answerBody}`] : []),
    ...(explanation ? [`because   ${explanation}`] : []),
  ];
  return lines.map((line) => `${" ".repeat(indent)}${palette.quiet(wrapped(line, indent))}`);
}

function renderWait({ what, why, since: sinceWhen, system, nextAttemptAt }: StoryWait, palette: Palette): string {
  const next = nextAttemptAt ? ` Next attempt at ${nextAttemptAt}.` : "";
  const where = system ? ` (${system})` : "";
  return `  ${palette.bad("!")} ${wrapped(`${what}${where}, since ${sinceWhen}: ${why}${next}`, 4)}`;
}

const section = (title: string, lines: readonly string[], { strong }: Palette): readonly string[] =>
  lines.length > 0 ? ["", strong(title), ...lines] : [];

/** The story as text for a terminal: one line a step, aligned, in the order it happened. */
export function renderStory(story: Story, { withExchanges, colour }: RenderOptions): string {
  const palette = colour ? coloured : plainly;
  const steps = story.steps.filter(({ kind, failed }) => withExchanges || kind !== "exchange" || failed);
  const first = steps[0]?.at ?? "";
  const systemWidth = Math.min(SYSTEM_WIDTH_MAX, Math.max(0, ...steps.map(({ system = "" }) => system.length)));
  const columns = { first, systemWidth, palette };
  const stage = story.stage === "closed" ? palette.good(story.stage) : story.stage;
  const reasons = story.reasons.flatMap(({ question, answer, details }) => [
    `  ${palette.strong(harmless(question))} ${wrapped(answer, 4)}`,
    ...details.map((detail) => `    ${palette.quiet(wrapped(detail, 4))}`),
  ]);
  const lines = [
    `${palette.strong(story.salesOrderNumber)}  ${stage}  customer ${harmless(story.customerNumber)}  ${story.amount}`,
    palette.quiet(wrapped(story.numbers.join(" · "), 0)),
    ...(first ? [palette.quiet(`from ${first}`)] : []),
    "",
    ...steps.flatMap((step) => [renderStep(step, columns), ...(withExchanges ? renderDetails(step, columns) : [])]),
    ...section(
      "Waits for",
      story.waits.map((wait) => renderWait(wait, palette)),
      palette,
    ),
    ...section("Why", reasons, palette),
    ...(story.alsoFound.length > 0
      ? ["", palette.quiet(`The same number also stands for ${story.alsoFound.join(", ")}.`)]
      : []),
  ];
  return `${lines.join("\n")}\n`;
}
