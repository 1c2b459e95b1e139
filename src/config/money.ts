const NANO_DIGITS = 9;

/**
 * Reads a decimal amount of US dollars, as `0.15`, `"0.15"` or `1e-7`, as exact nano-dollars. The digits as written
 * are what counts: nothing is multiplied in floating point. Undefined for anything negative, not decimal, or finer
 * than a nano-dollar.
 */
export function parseNanoUsd(amount: string | number): bigint | undefined {
  const match = /^(\d+)(?:\.(\d+))?(?:e([+-]?\d{1,2}))?$/i.exec(String(amount).trim());
  if (match === null) return undefined;
  const whole = match[1] ?? "";
  const fraction = match[2] ?? "";
  const shift = NANO_DIGITS - fraction.length + Number(match[3] ?? 0);
  const digits = BigInt(whole + fraction);
  if (shift >= 0) return digits * 10n ** BigInt(shift);
  const divisor = 10n ** BigInt(-shift);
  return digits % divisor === 0n ? digits / divisor : undefined;
}

/** A decimal amount with the point moved three digits to the right (per 1,000 becomes per million), as text. */
export function timesThousand(amount: string): string {
  return /^\d+(\.\d+)?$/.test(amount.trim()) ? `${amount.trim()}e3` : amount;
}
