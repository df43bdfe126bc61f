/** The named instants at which a chaos test may end the process: each is where a lost or doubled step would show. */
export const instants = [
  "before-commit",
  "after-commit",
  "before-perform",
  "after-perform",
  "before-completion-commit",
] as const;
export type Instant = (typeof instants)[number];
export type AtInstant = (instant: Instant) => void | Promise<void>;
