import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { synthesizeApp } from '../../commands/stack/synthesize-app.ts'
import { type MutantStack, startMutantStack } from '../../proof/mutants/mutant-stack.ts'
import { openTarget, type Target } from '../../proof/target.ts'
import { conversations } from '../fixtures/conversations.ts'
import { copyNextVersion, synthesizeCopy } from './next-version.ts'
import { startTraffic, trafficTenants } from './traffic.ts'
import { type Deployment, expectSagasKeptTheirVersion } from './versions.ts'

describe('an upgrade of the embedded stack under traffic, and the way back', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'steadfast-upgrade-'))
  const copy = copyNextVersion()
  let stack: MutantStack
  let target: Target
  let current: string
  let next: string

  beforeAll(async () => {
    current = await synthesizeApp(() => {})
    next = await synthesizeCopy(copy.rootDir)
    stack = await startMutantStack(current, dataDir)
    target = openTarget({ dataDir })
  }, 180_000)
  afterAll(async () => {
    await stack.stop()
    copy.remove()
    rmSync(dataDir, { recursive: true, force: true })
  })

  it('loses no request and no event, and every saga ends with the steps that it began with', async () => {
    const deploy = (assemblyDir: string) => async () => {
      await stack.stop()
      await stack.startAgain(assemblyDir)
    }
    const traffic = await startTraffic(target, {
      deployments: 2,
      conversations: conversations(12),
      arrivals: { concurrency: 8 },
    })
    try {
      await traffic.send()
      await traffic.untilInFlight()
      const upgrade = await traffic.during(deploy(next))
      await traffic.send()
      await traffic.untilInFlight()
      const back = await traffic.during(deploy(current))
      await traffic.send()
      for (const deployment of [upgrade, back]) expectMet(deployment)
      await traffic.judge()
      await expectSagasKeptTheirVersion(target, trafficTenants, { upgrade, back })
    } finally {
      await traffic.stop()
    }
  }, 600_000)
})

/** The stack is gone while it restarts: a client that sends then loses the answer, and asks again. */
function expectMet({ results }: Deployment): void {
  const attempts = results.flatMap((result) => result.attempts)
  expect(attempts.filter(({ outcome }) => outcome === 'lost').length, 'requests that a restart hit').toBeGreaterThan(0)
}
