import { describe, expect, it } from 'vitest'
import { TaskLife } from '../../src/task/task-life.ts'

const entered = (...states: Parameters<TaskLife['enter']>[0][]): TaskLife => {
  const life = new TaskLife()
  for (const state of states) life.enter(state)
  return life
}

describe('the life of a task', () => {
  it('goes from restoring over catching up to running, and after an error to restoring again', () => {
    const life = entered('restoring', 'catching up', 'running', 'failed', 'restoring', 'fenced', 'restoring')
    expect(life.state).toBe('restoring')
  })

  it.each([
    ['run', () => entered('restoring', 'running')],
    ['restore twice', () => entered('restoring', 'restoring')],
    ['go on after a refusal', () => entered('restoring', 'refused', 'restoring')],
  ])('does not let a task %s without the steps between', (_, live) => {
    expect(live).toThrow(/^A task that is .+ cannot be .+ next$/)
  })

  it('enters no further state once it was asked to stop, and commits before it is closed', async () => {
    const life = entered('restoring', 'catching up', 'running')
    let woken = 0
    life.onEnding = () => void woken++
    life.stop()
    expect([life.enter('failed'), life.state, woken]).toEqual([false, 'stopping', 1])
    await life.ending
    life.close()
    life.stop()
    expect(life.state).toBe('closed')
  })
})
