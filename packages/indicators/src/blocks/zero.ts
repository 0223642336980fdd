/** Whether TA-Lib treats the value as zero (`TA_IS_ZERO`, ta_utility.h). */
export const isZero = (value: number): boolean => value > -1e-14 && value < 1e-14

/** Whether the difference of two values is nothing but their rounding (TA-Lib's `TA_IS_ZERO_SCALED`). */
export const isNegligible = (difference: number, a: number, b: number): boolean =>
  Math.abs(difference) <= 1e-14 * (Math.abs(a) + Math.abs(b))
