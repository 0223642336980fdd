import { ofLine } from '../blocks/of-line.ts'
import { define, period } from '../definition.ts'

/** Angle of the least-squares line through the last closes, degrees. Warm after timeperiod − 1 candles. */
export const linearregAngle = define({
  name: 'linearreg_angle',
  group: 'Statistic',
  formula: 'atan(slope) · 180 / π',
  source: 'TA-Lib LINEARREG_ANGLE',
  parameters: [period(14)],
  make: n => ofLine(n, ({ slope }) => Math.atan(slope) * (180 / Math.PI)),
})
