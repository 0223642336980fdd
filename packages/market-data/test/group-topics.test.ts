import { expect, it } from 'vitest'
import { groupTopics } from '../src/topics.ts'

const names = (group: string, prefix?: string) => Object.values(groupTopics(group, prefix)).map(({ name }) => name)

it('names a group’s own topics after it, with the prefix once', () => {
  expect(names('candles')).toEqual(['candles-changelog', 'candles-handovers'])
  expect(names('binance-candles', 'binance-')).toEqual(['binance-candles-changelog', 'binance-candles-handovers'])
  expect(names('mine', 'binance-')).toEqual(['binance-mine-changelog', 'binance-mine-handovers'])
})
