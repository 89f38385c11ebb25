import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { EmulatorName } from '../../commands/stack/emulators.ts'
import { descendants, type Emulator } from '../../localstack/host/emulator-process.ts'
import { deploymentStep } from '../../proof/pages/targets-page.ts'
import { openTarget } from '../../proof/target.ts'
import { caller } from '../e2e/running-stack.ts'
import { commandsFor } from './commands.ts'
import { emulated } from './emulated.ts'
import { eventSourcesOf } from './event-sources.ts'
import { skipAfterFailure, testUse } from './use-tests.ts'

const minuteMs = 60_000
/** Of the stream's event; the sweeper runs each minute, and takes what is older than a minute. */
const sweptMsMax = 4 * minuteMs

const patience = { timeout: 10_000, interval: 50 }

/** Takes a target through its life, as a user would, by the project's commands. */
export function testTarget(name: string, emulatorName: EmulatorName): void {
  describe(name, () => {
    let emulator: Emulator
    let remove: (() => void) | undefined
    let missing: string | undefined
    let dataDir: string
    const commands = () => commandsFor(dataDir, emulator.url)
    const target = () => openTarget({ dataDir })
    const outputs = () => readFileSync(join(dataDir, 'outputs.json'), 'utf8')

    beforeAll(async () => {
      dataDir = mkdtempSync(join(tmpdir(), 'steadfast-target-'))
      const found = await emulated(emulatorName)
      if ('missing' in found) missing = found.missing
      else ({ emulator, remove } = found)
    }, 10 * minuteMs)
    beforeEach(({ skip }) => skip(missing !== undefined, missing))
    skipAfterFailure()
    afterAll(async () => {
      await emulator?.stop()
      remove?.()
      rmSync(dataDir, { recursive: true, force: true })
    }, 5 * minuteMs)

    it(deploymentStep, { timeout: 5 * minuteMs }, async () => {
      await commands().run('deploy', '--target', 'localstack')
    })

    it('delivers, by sweep, what its stream does not, and keeps its data through a second deployment', {
      timeout: 5 * minuteMs + sweptMsMax,
    }, async () => {
      const relay = eventSourcesOf(emulator.url, String(target().outputs.RelayOutboxFunction))
      await relay.setEnabled(false)
      await expect.poll(relay.states, { timeout: minuteMs, interval: 200 }).toEqual(['Disabled'])
      const agent = caller(target(), 'swept', 'ada', 'agent')
      const { status } = await agent.send('POST', '/tickets', { title: 'No stream', body: 'Only the outbox.' })
      expect(status).toBe(201)
      const first = outputs()
      await commands().run('deploy', '--target', 'localstack')
      expect(outputs()).toBe(first)
      const open = async () => (await agent.get('/stats')).body.counts?.open
      await expect.poll(open, { timeout: sweptMsMax, interval: 1_000 }).toBe(1)
      // The stream may deliver the same event now: its receipt makes it count once.
      await relay.setEnabled(true)
      await expect.poll(relay.states, { timeout: minuteMs, interval: 200 }).toEqual(['Enabled'])
    })

    testUse(name, commands, target)

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
      await expect.poll(() => pids.filter(isRunning), patience).toEqual([])
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
