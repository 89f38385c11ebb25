import { describe, expect, it } from 'vitest'
import { seed } from '../seed.ts'
import { compare } from './queue-model.ts'
import { ownSqs } from './sqs-fixture.ts'

describe('any sequence of calls, with restarts and time in between, is answered as a simple model does', () => {
  it.each(['work', 'work.fifo'])('in the queue %s', async (name) => {
    await expect(compare(name, ownSqs, { seed, runs: 6, length: 60, msMax: 15_000 })).resolves.toBeUndefined()
  })
})
