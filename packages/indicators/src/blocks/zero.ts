/** What TA-Lib takes for zero (`TA_IS_ZERO`, ta_utility.h). */
export const isZero = (value: number): boolean => value > -1e-14 && value < 1e-14
