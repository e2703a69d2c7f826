/** Value of a binary16 bit pattern (RFC 8949 appendix D). */
export function halfToNumber(bits: number): number {
  const exponent = (bits >> 10) & 0x1f;
  const mantissa = bits & 0x3ff;
  const magnitude =
    exponent === 0
      ? mantissa * 2 ** -24
      : exponent === 31
        ? mantissa === 0
          ? Number.POSITIVE_INFINITY
          : Number.NaN
        : (mantissa + 1024) * 2 ** (exponent - 25);
  return (bits & 0x8000) === 0 ? magnitude : -magnitude;
}

/** The binary16 bit pattern that holds `value` exactly, if there is one; 7e00 for NaN. */
export function numberToHalf(value: number): number | undefined {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (magnitude === Number.POSITIVE_INFINITY) return sign | 0x7c00;
  // 2^-14 is the smallest normal number; below it the step stays 2^-24.
  const exponent = Math.max(Math.floor(Math.log2(magnitude)), -14);
  const steps = magnitude * 2 ** (10 - exponent);
  if (exponent > 15 || !Number.isInteger(steps)) return undefined;
  // A subnormal has steps below 1024 and exponent field 0: the sum carries into the field by itself.
  return sign | (steps + ((exponent + 14) << 10));
}
