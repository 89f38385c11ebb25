import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { seed } from '../seed.ts'
import type { HistoryEvent } from './step-functions-fixture.ts'

let folder: string
let child: ChildProcess | undefined
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'step-functions-killed-'))
})
afterEach(() => {
  child?.kill('SIGKILL')
  rmSync(folder, { recursive: true })
})

/** Runs the process until it kills itself or has nothing left to do. Returns whether it was killed. */
async function runUntilKilled(dieAt: number): Promise<boolean> {
  const started = spawn(process.execPath, [join(import.meta.dirname, 'killed-process.ts'), folder, String(dieAt)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  child = started
  let errors = ''
  started.stderr.on('data', (text) => {
    errors += text
  })
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) =>
    started.on('close', (...end) => resolve(end)),
  )
  if (signal === 'SIGKILL') return true
  expect(errors.replace(/.*(Warning|--trace-warnings).*\n/g, '')).toBe('')
  expect(code).toBe(0)
  return false
}

interface Outcome {
  outcomes: { status: string; output: string; name: string }[]
  histories: { events: HistoryEvent[] }[]
  readings: number
}
const outcome = () => JSON.parse(readFileSync(join(folder, 'outcome.json'), 'utf8')) as Outcome
const calls = () =>
  readFileSync(join(folder, 'calls.ndjson'), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { id: string; name: string; token?: string })

/** What each execution does after what. Whoever is called proves that those before have ended. */
const before: Record<string, string[]> = {
  flaky: ['first'],
  ask: ['first', 'flaky'],
  left: ['first', 'flaky', 'ask'],
  'item-1': ['first', 'flaky', 'ask'],
  'item-2': ['first', 'flaky', 'ask', 'item-1'],
  last: ['first', 'flaky', 'ask', 'left', 'item-1', 'item-2'],
}

function expectRightOutcome(kills: number): void {
  const { outcomes, histories } = outcome()
  for (const { status, output, name } of outcomes) {
    expect(status).toBe('SUCCEEDED')
    expect(JSON.parse(output)).toEqual({
      id: name,
      items: [1, 2],
      answer: `for ${name}`,
      both: ['left', ['item-1', 'item-2']],
    })
    const own = calls().filter(({ id }) => id === name)
    for (const [index, call] of own.entries()) {
      const done = before[call.name] ?? []
      const repeated = own.slice(index).filter(({ name: later }) => done.includes(later))
      expect(repeated, `called again after ${call.name} was called`).toEqual([])
    }
    // A call that was in flight when the process was killed is repeated, no other.
    for (const step of Object.keys(before)) {
      const count = own.filter((call) => call.name === step).length
      expect(count, step).toBeLessThanOrEqual((step === 'flaky' ? 3 : 1) + kills)
    }
    // One token for one task, however often it was called.
    expect(new Set(own.flatMap(({ token }) => token ?? [])).size).toBe(1)
  }
  for (const { events } of histories) {
    expect(events.map(({ id }) => id)).toEqual(events.map((_, index) => index + 1))
    const count = (type: string) => events.filter((event) => event.type === type).length
    expect([count('LambdaFunctionScheduled'), count('LambdaFunctionFailed'), count('LambdaFunctionSucceeded')]).toEqual(
      [8, 3, 5],
    )
    expect([
      count('TaskSubmitted') <= 1,
      count('TaskSucceeded'),
      count('ExecutionStarted'),
      count('ExecutionSucceeded'),
    ]).toEqual([true, 1, 1, 1])
  }
}

describe('a process that is killed', () => {
  it('at any point resumes where it was: it repeats nothing that finished, keeps waiting, and keeps its retry counts', async () => {
    const points = Number(process.env.KILL_POINTS ?? 4)
    console.log(`SEED=${seed} KILL_POINTS=${points}`)
    expect(await runUntilKilled(0)).toBe(false)
    expectRightOutcome(0)
    const { readings } = outcome()
    for (let point = 0; point < points; point++) {
      rmSync(folder, { recursive: true })
      folder = mkdtempSync(join(tmpdir(), 'step-functions-killed-'))
      // Spread over the whole run, shifted by the seed; then twice more, from wherever it has come to.
      const first = 1 + Math.floor(((point + (seed % 997) / 997) * readings) / points)
      let kills = 0
      for (const dieAt of [first, 1 + ((first * 7 + seed) % readings), 1 + ((first * 13 + seed) % 60)]) {
        if (!(await runUntilKilled(dieAt))) break
        kills++
      }
      await runUntilKilled(0)
      expectRightOutcome(kills)
    }
  }, 300_000)
})
