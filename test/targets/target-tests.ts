import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { EmulatorName } from '../../commands/stack/emulators.ts'
import { descendants, type Emulator } from '../../localstack/host/emulator-process.ts'
import { deploymentStep } from '../../proof/pages/targets-page.ts'
import { openTarget } from '../../proof/target.ts'
import { commandsFor } from './commands.ts'
import { scenariosOn } from './drawn-scenarios.ts'
import { emulated } from './emulated.ts'
import { upgradeTests } from './upgrade-tests.ts'
import { skipAfterFailure, testUse } from './use-tests.ts'

const minuteMs = 60_000

const pollOptions = { timeout: 10_000, interval: 50 }

/** Takes a target through its life, as a user would, by the project's commands. */
export function testTarget(
  name: string,
  emulatorName: EmulatorName,
  first: 'this version' | 'next version' = 'this version',
): void {
  describe(name, () => {
    let emulator: Emulator
    let missing: string | undefined
    let dataDir: string
    const commands = (rootDir?: string) => commandsFor(dataDir, emulator.url, rootDir)
    const target = () => openTarget({ dataDir })
    const upgrade = upgradeTests({ commands, target, endpointUrl: () => emulator.url, first })

    beforeAll(async () => {
      dataDir = mkdtempSync(join(tmpdir(), 'steadfast-target-'))
      const found = await emulated(emulatorName)
      if ('missing' in found) missing = found.missing
      else emulator = found.emulator
    }, 10 * minuteMs)
    beforeEach(({ skip }) => skip(missing !== undefined, missing))
    skipAfterFailure()
    afterAll(async () => {
      await emulator?.stop()
      rmSync(dataDir, { recursive: true, force: true })
    }, 5 * minuteMs)

    it(deploymentStep, { timeout: 5 * minuteMs }, upgrade.deployFirst)

    upgrade.testDeployments()

    testUse(name, { commands, target, scenarios: scenariosOn(emulatorName) })

    upgrade.testOutcome()

    it('is empty after it was destroyed', { timeout: 3 * minuteMs }, async () => {
      const { apiUrl } = target()
      await commands().run('destroy', '--target', 'localstack', '--yes')
      const response = await fetch(`${apiUrl}/openapi.json`)
      await response.body?.cancel()
      expect(response.status).not.toBe(200)
    })

    it('is gone when it is stopped, with its processes and its data', { timeout: 2 * minuteMs }, async () => {
      const pids = [emulator.pid, ...(await descendants(emulator.pid))]
      await emulator.stop()
      // The kernel takes a moment to remove what was killed.
      await expect.poll(() => pids.filter(isRunning), pollOptions).toEqual([])
      expect(existsSync(dirname(emulator.logFile))).toBe(false)
    })
  })
}

/** A process that has ended may stay in the table until its parent asks for its exit code. */
function isRunning(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
