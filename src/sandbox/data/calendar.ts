const dayMs = 86_400_000;

/** The day so many days after `day` (before it when negative), both written yyyy-mm-dd. */
export const daysAfter = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * dayMs).toISOString().slice(0, 10);

export const dayOf = (instant: Date): string => instant.toISOString().slice(0, 10);
