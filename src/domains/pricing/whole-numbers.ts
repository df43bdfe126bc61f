/**
 * Division of whole numbers from nought up to 2^53. The language's remainder of numbers beyond 31 bits is a call.
 */
const EXACT_MAX = 2 ** 52;

export const isExact = (value: number): boolean => value <= Number.MAX_SAFE_INTEGER;

export function remainder(dividend: number, divisor: number): number {
  if (dividend > EXACT_MAX || divisor > EXACT_MAX) return dividend % divisor;
  // The quotient of two doubles may be one too high where it is nearly whole.
  const rest = dividend - Math.floor(dividend / divisor) * divisor;
  return rest < 0 ? rest + divisor : rest;
}

/** Half up. */
export function halfUp(dividend: number, divisor: number): number {
  const rest = remainder(dividend, divisor);
  const quotient = (dividend - rest) / divisor;
  return rest * 2 >= divisor ? quotient + 1 : quotient;
}
