import { afterAll, beforeAll, describe } from 'vitest'
import { startTemporaryStack, type TemporaryStack } from '../../commands/stack/temporary-stack.ts'
import { randomFrom } from '../../proof/random.ts'
import { runsEveryCase, seed } from '../fixtures/sample.ts'
import { testChaos } from './chaos-tests.ts'

const runs = runsEveryCase ? 12 : 3

describe(`load runs under chaos, one after the other on one stack (SEED=${seed})`, () => {
  let stack: TemporaryStack
  beforeAll(async () => {
    stack = await startTemporaryStack()
  }, 150_000)
  afterAll(async () => {
    await stack.stop()
  })

  const random = randomFrom(seed)
  for (let run = 0; run < runs; run++) testChaos(() => stack, Math.floor(random() * 1e6))
})
