import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTemporaryStack, type TemporaryStack } from '../../commands/stack/temporary-stack.ts'
import { commandsFor } from './commands.ts'
import { scenariosOn } from './drawn-scenarios.ts'
import { skipAfterFailure, testUse } from './use-tests.ts'

/** The same use of the embedded stack, which is started and not deployed. */
export function testEmbedded(name: string): void {
  describe(name, () => {
    let stack: TemporaryStack
    let exitCode: number | null = null
    skipAfterFailure()
    beforeAll(async () => {
      stack = await startTemporaryStack()
    }, 150_000)
    afterAll(async () => {
      if (exitCode === null) await stack.stop()
    })

    testUse(name, { commands: () => commandsFor(stack.dataDir), target: () => stack, scenarios: scenariosOn() })

    it('is gone when it is stopped, with its processes and its data', async () => {
      exitCode = await stack.stop()
      expect(exitCode).toBe(0)
    })
  })
}
