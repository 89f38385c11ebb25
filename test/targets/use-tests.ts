import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { Target } from '../../proof/target.ts'
import { skippedTests } from '../../proof/targets/divergences.ts'
import { readTargetKind } from '../../proof/targets/target-kind.ts'
import { caller } from '../e2e/running-stack.ts'
import { conversations } from '../fixtures/conversations.ts'
import type { commandsFor } from './commands.ts'

const minuteMs = 60_000

/** What a comment leads to, from the functions' logs, the stored rows and the saga's execution. */
const expectedOnTheWay = [
  /add-comment +request succeeded/,
  /Events +event recorded: ticket.comment_added/,
  /project-views +message consumed/,
  /start-saga +saga start handled/,
  /saga notification +saga created/,
  /run-notification-step +saga task ended/,
  /saga notification +do mail: done/,
  /saga notification +saga completed/,
  /execution notification +execution succeeded/,
]

interface Used {
  commands(): ReturnType<typeof commandsFor>
  target(): Target
  /** By their names. */
  scenarios: readonly string[]
}

/** Uses a running target by the project's commands: the end-to-end suite, load, scenarios, and the checker last. */
export function testUse(name: string, { commands, target, scenarios }: Used): void {
  let workDir: string
  beforeAll(() => {
    workDir = mkdtempSync(join(tmpdir(), 'steadfast-use-'))
  })
  afterAll(() => rmSync(workDir, { recursive: true, force: true }))

  it('keeps the promises of the end-to-end suite, but for what it lacks', { timeout: 5 * minuteMs }, async ({
    task,
  }) => {
    const kind = await readTargetKind(target())
    if (kind === 'aws') throw new Error(`${target().apiUrl} is on AWS: run npm run e2e there`)
    const tests = await commands().endToEnd(join(workDir, 'e2e.json'))
    task.meta.inner = tests.map((test) => ({ ...test, suite: `${name} > ${test.suite}` }))
    const skipped = tests.filter(({ state }) => state === 'skipped')
    expect(skipped, 'change skippedTests in proof/targets/divergences.ts').toHaveLength(skippedTests[kind])
  })

  it("tells one request's way, by its correlation id", { timeout: 2 * minuteMs }, async () => {
    const admin = caller(target(), 'followed', 'ada', 'admin')
    await admin.send('POST', '/users', { id: 'dee', role: 'customer', email: 'dee@example.com' })
    const customer = caller(target(), 'followed', 'dee', 'customer')
    const opened = await customer.send('POST', '/tickets', { title: 'Printer on fire', body: 'It burns.' })
    const comments = `/tickets/${opened.body.id}/comments`
    const added = await admin.send('POST', comments, { body: 'On its way.' })
    const id = String(added.headers.get('x-correlation-id'))
    const told = async () => {
      const lines = await commands().run('logs', '--correlation', id)
      return expectedOnTheWay.filter((step) => !step.test(lines))
    }
    // A log line is written after what it tells of.
    await expect.poll(told, { timeout: minuteMs, interval: 500 }).toEqual([])
  })

  it('gives each request of a load run with duplicates one effect', { timeout: 5 * minuteMs }, async () => {
    const input = join(workDir, 'conversations.ndjson')
    const lines = conversations(4).map((conversation) => `${JSON.stringify(conversation)}\n`)
    writeFileSync(input, lines.join(''))
    const json = join(workDir, 'load.json')
    await commands().run('load', '--input', input, '--copies', '3', '--concurrency', '4', '--json', json)
    const nothing = { differingAnswers: 0, lostEvents: 0, doubledEffects: 0, unfinishedSagas: 0 }
    const verdict = JSON.parse(readFileSync(json, 'utf8'))
    expect(verdict).toMatchObject({ ok: true, ...nothing })
    expect(verdict.effects).toBe(verdict.unique)
  })

  it.each(scenarios)('withstands the scenario %s', { timeout: 3 * minuteMs }, async (scenario) => {
    await commands().run('scenario', scenario)
  })

  it('holds every invariant, and has handed on every event, in the end', { timeout: 3 * minuteMs }, async () => {
    await commands().run('check')
    expect((await target().store.scan({ table: 'Outbox' })).rows).toEqual([])
  })
}

/** Each test of the enclosing `describe` needs what the one before it did: after a failure the others would only be slow. */
export function skipAfterFailure(): void {
  let failed: string | undefined
  beforeEach(({ skip, onTestFailed, task }) => {
    skip(failed !== undefined, `"${failed}" has failed before`)
    onTestFailed(() => {
      failed = task.name
    })
  })
}
