import { describe, expect, test } from 'vitest'
import { DEFAULT_INDICATORS, parseIndicatorFile, parseIndicators } from '../src/index.ts'
import { series } from './series.ts'

describe('a list of indicators', () => {
  test('names fields by function, output and parameters as written', () => {
    const { fields } = parseIndicators(
      'sma:7,14; macd:12,26,9; bbands:20,2; stoch:5,3,3; obv; sar; ht_trendline; vwap:20',
    )
    expect(fields).toEqual([
      ...['sma_7', 'sma_14', 'macd_12_26_9', 'macd_signal_12_26_9', 'macd_hist_12_26_9'],
      ...['bbands_upper_20_2', 'bbands_middle_20_2', 'bbands_lower_20_2', 'stoch_slowk_5_3_3', 'stoch_slowd_5_3_3'],
      ...['obv', 'sar', 'ht_trendline', 'vwap_20'],
    ])
  })

  test('has the default set', () => {
    expect(parseIndicators(DEFAULT_INDICATORS).entries).toEqual([
      ...['sma_7', 'sma_14', 'sma_21', 'sma_60', 'ema_7', 'ema_14', 'ema_21', 'ema_60', 'rsi_14', 'macd_12_26_9'],
      ...['bbands_20_2', 'stoch_5_3_3', 'atr_14', 'adx_14', 'obv', 'vwap_session'],
    ])
  })

  test.each([
    ['smma:7', /"smma:7": there is no indicator "smma"; there are: accbands, .*sma, /],
    ['constructor', /there is no indicator "constructor"/],
    ['sma:1', /"sma:1": timeperiod is a whole number from 2 to 100000, not "1"/],
    ['sma:7.5', /timeperiod is a whole number/],
    ['sma:', /not ""/],
    ['macd:12,26', /"macd:12,26": macd takes fastperiod,slowperiod,signalperiod, not 2 numbers/],
    ['obv:3', /obv takes no parameters, not 1 numbers/],
    ['sma:7:8', /more than one ":"/],
    ['sma:7; sma:7', /"sma_7" is named twice/],
    [' ; ', /No indicator is named; there are: /],
  ])('refuses %s', (text, message) => {
    expect(() => parseIndicators(text)).toThrow(message)
  })
})

describe('a file of indicators', () => {
  test('accepts every parameter of TA-Lib, by TA-Lib’s names', () => {
    const { fields } = parseIndicatorFile(
      '["rsi:14", {"name": "bbands", "timeperiod": 20, "nbdevup": 2, "nbdevdn": 1, "matype": "ema"}, {"name": "ma", "matype": "hma"}]',
    )
    expect(fields).toEqual([
      ...['rsi_14', 'bbands_upper_20_2_1_ema', 'bbands_middle_20_2_1_ema', 'bbands_lower_20_2_1_ema', 'ma_30_hma'],
    ])
  })

  test('names all MA types if one is not the default', () => {
    const fields = (json: string) => parseIndicatorFile(json).fields
    expect(fields('[{"name": "stoch", "slowd_matype": "ema"}]')).toEqual([
      ...['stoch_slowk_5_3_3_sma_ema', 'stoch_slowd_5_3_3_sma_ema'],
    ])
    expect(fields('[{"name": "apo", "matype": "sma"}, {"name": "apo", "matype": "ema"}]')).toEqual([
      'apo_12_26_sma',
      'apo_12_26',
    ])
  })

  test('equals a text entry with the same parameters', () => {
    const [file, text] = [
      parseIndicatorFile('[{"name": "bbands", "timeperiod": 20, "nbdevup": 2}]'),
      parseIndicators('bbands:20,2'),
    ]
    expect(file.fields).toEqual(text.fields)
    const [one, other] = [file.initial(), text.initial()]
    for (const bar of series('walk', 50)) expect(file.update(one, bar)).toEqual(text.update(other, bar))
  })

  test.each([
    ['{}', /not an array/],
    ['[]', /not an array/],
    ['[7]', /7 is neither text nor an object with a name/],
    ['[{"name": "rsi", "period": 3}]', /rsi has no parameter "period"; it has: timeperiod/],
    ['[{"name": "ma", "matype": "abc"}]', /matype is one of sma, ema, .*, not "abc"/],
    ['[{"name": "rsi", "timeperiod": "x"}]', /timeperiod is a whole number/],
  ])('refuses %s', (json, message) => {
    expect(() => parseIndicatorFile(json)).toThrow(message)
  })
})

describe('a set of indicators', () => {
  test('refuses an indicator whose field is one of the candle', () => {
    expect(() => parseIndicators('rsi:14; vwap')).toThrow('"vwap" would replace a field of the candle')
    expect(parseIndicators('rsi:14; vwap:20').fields).toEqual(['rsi_14', 'vwap_20'])
  })

  test('keeps the states of indicators that stay when it changes, and names the new ones', () => {
    const before = parseIndicators('sma:3; obv')
    const state = before.initial()
    for (const bar of series('walk', 10)) before.update(state, bar)
    const after = parseIndicators('obv; ema:3')
    expect(after.keep(state)).toEqual({ obv: state.obv })
    expect(after.missing(after.keep(state)).entries).toEqual(['ema_3'])
  })
})
