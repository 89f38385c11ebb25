import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { synthesizeApp } from '../../commands/stack/synthesize-app.ts'
import { type MutantStack, startMutantStack } from '../../proof/mutants/mutant-stack.ts'
import { openTarget, type Target } from '../../proof/target.ts'
import { copyNextVersion, synthesizeCopy } from './next-version.ts'
import { expectNothingLost, trafficOver } from './traffic.ts'

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
    const deploy = async (assemblyDir: string) => {
      await stack.stop()
      await stack.startAgain(assemblyDir)
    }
    const deployments = { upgrade: () => deploy(next), back: () => deploy(current), conversationsMax: 12 }
    const traffic = await trafficOver(target, deployments)
    const attempts = traffic.run.results.flatMap((result) => result.attempts)
    expect(attempts.filter(({ outcome }) => outcome === 'lost').length, 'requests that a restart hit').toBeGreaterThan(
      0,
    )
    await expectNothingLost(target, traffic)
  }, 600_000)
})
