const NANO_DIGITS = 9;

/**
 * A decimal number of US dollars as nano-dollars, by the digits that are written: 0.1 is exactly 100,000,000. Digits
 * finer than a nano-dollar round up. `amount` must be finite and not negative.
 */
export function nanoUsdRoundedUp(amount: number): bigint {
  const match = /^(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(amount));
  if (match === null) throw new RangeError(`not an amount of money: ${amount}`);
  const fraction = match[2] ?? "";
  const digits = BigInt(match[1] + fraction);
  const shift = NANO_DIGITS - fraction.length + Number(match[3] ?? 0);
  return shift >= 0 ? digits * 10n ** BigInt(shift) : divideUp(digits, 10n ** BigInt(-shift));
}

/** The quotient rounded up to a whole number. `dividend` must not be negative, `divisor` must be above 0. */
export function divideUp(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor;
}
