import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTemporaryStack, type TemporaryStack } from '../../commands/stack/temporary-stack.ts'
import type { Conversation } from '../../proof/load/conversation.ts'
import type { LoadOptions } from '../../proof/load/run-load.ts'
import { randomFrom } from '../../proof/random.ts'
import { hasEnded, parseSaga, type SagaRecord } from '../../tables/sagas.ts'
import { scanAll } from '../../tables/scan-rows.ts'
import { seed } from '../fixtures/sample.ts'
import { expectKnownRows } from './every-invariant.ts'
import { expectVerdict, sendConversations } from './judged-load.ts'
import { png, put, settled, slotFor } from './uploads.ts'

interface KillRun {
  tickets: number
  /** Sagas that so many tickets start, at least. */
  sagasMin: number
  kills: number
  /** Files that are removed meanwhile. */
  removals: number
}

const copies = 2

/**
 * How long a saga may take: the stack is away for some seconds with each kill; the sweeper sends an event that the stream missed, once
 * a minute and only when it is older than a minute; another sweeper restarts a saga whose execution was lost.
 */
const boundMs = 240_000

/** Tests that kill a stack at random moments while it runs sagas. */
export function testKills({ tickets, sagasMin, kills, removals }: KillRun): void {
  describe(`${sagasMin} sagas on a stack that is killed ${kills} times at random moments (SEED=${seed})`, () => {
    let stack: TemporaryStack
    beforeAll(async () => {
      stack = await startTemporaryStack()
    }, 150_000)
    afterAll(async () => {
      await stack.stop()
    })

    const title = 'all end within their bound, with nothing done twice or by half'
    it(title, { timeout: 400_000 }, async ({ task }) => {
      const files = await Promise.all(
        Array.from({ length: removals }, (_, index) => readyFile(stack, `kills-${index}`)),
      )
      const progress = new RunProgress()
      const removing = removeDuring(files, progress)
      const killing = killAtRandom(stack, kills, progress)
      const run = await sendConversations(stack, dialogues(tickets), { copies, onProgress: progress.update })
      progress.finish()
      const tasksAtKills = await killing
      await removing
      const removalStates = async () =>
        (await readSagas(stack)).filter(({ name }) => name === 'removal').map(({ state }) => state)
      const pollOptions = { timeout: boundMs, interval: 500 }
      await expect.poll(removalStates, pollOptions).toEqual(Array(removals).fill('completed'))
      expect(await expectVerdict(stack, run, copies)).toMatchObject({ ok: true, effects: run.results.length })
      await expectKnownRows(stack)

      for (const file of files) {
        expect(await file.get()).toMatchObject({ state: 'removed' })
        expect(await file.objects()).toEqual([])
      }
      const sagas = await readSagas(stack)
      expect(sagas.length).toBeGreaterThanOrEqual(sagasMin)
      expect(sagas.filter((saga) => !hasEnded(saga))).toEqual([])
      expect(sagas.filter((saga) => durationMs(saga) > boundMs)).toEqual([])
      // What should happen did: kills interrupted tasks, which were recorded as lost and run again, and some sagas were compensated.
      expect(tasksAtKills).toHaveLength(kills)
      const lost = sagas.flatMap(({ timeline }) => timeline).filter(({ outcome }) => outcome === 'lost')
      expect(lost.length, `tasks under way at the kills: ${tasksAtKills}`).toBeGreaterThan(0)
      const compensated = sagas.filter(({ state }) => state === 'compensated').length
      expect(compensated).toBeGreaterThan(0)
      task.meta.counts = { kills, sagas: sagas.length, 'tasks lost': lost.length, 'sagas compensated': compensated }
    })
  })
}

type File = Awaited<ReturnType<typeof slotFor>>['attachment']

/** A file that was uploaded and is part of a ticket, in a tenant of its own: a person may have few uploads in progress. */
async function readyFile(stack: TemporaryStack, tenant: string): Promise<File> {
  const { attachment, slot } = await slotFor(stack, tenant, png)
  expect((await put(slot, png)).status).toBe(200)
  expect(await settled(attachment)).toMatchObject({ state: 'ready' })
  return attachment
}

/** Removes the files at equal distances of the run, each until it is answered, and waits for the last answer. */
async function removeDuring(files: readonly File[], progress: RunProgress): Promise<void> {
  await Promise.all(
    files.map(async (file, index) => {
      await progress.reaches((index + 1) / (files.length + 1))
      const key = crypto.randomUUID()
      // While the stack is away, nobody answers; the run's own requests wait for it likewise.
      while ((await file.remove(key).catch(() => undefined))?.status !== 202) await setTimeout(200)
    }),
  )
}

/**
 * Kills and restarts the stack at random parts of the run; the last of several kills comes when nothing is sent any more. Returns how
 * many tasks were under way at each kill.
 */
async function killAtRandom(stack: TemporaryStack, kills: number, progress: RunProgress): Promise<number[]> {
  const random = randomFrom(seed)
  const fractions = Array.from({ length: Math.max(1, kills - 1) }, () => 0.1 + 0.85 * random())
  const moments = kills > 1 ? [...fractions.toSorted((a, b) => a - b), 1] : fractions
  const tasks: number[] = []
  for (const moment of moments) {
    await progress.reaches(moment)
    tasks.push(await tasksUnderWay(stack))
    await setTimeout(20 * random())
    await stack.kill()
    await stack.startAgain()
  }
  return tasks
}

/**
 * Waits until several tasks have begun and not ended, for 20 seconds at most, and returns how many. Tasks are slowed down from here
 * to the kill: most moments of a run are quiet, and a kill in one of them would interrupt nothing.
 */
async function tasksUnderWay(stack: TemporaryStack): Promise<number> {
  const rule = {
    name: 'slow-steps',
    at: 'call',
    where: { service: 'dynamodb', operation: 'TransactWriteItems', function: '*-run-*-step' },
    fault: { do: 'delay', ms: 500 },
  }
  const set = await fetch(`${stack.edgeUrl}/_steadfast/faults`, { method: 'POST', body: JSON.stringify(rule) })
  expect(set.ok).toBe(true)
  const deadlineMs = performance.now() + 20_000
  for (;;) {
    const tasks = (await readSagas(stack)).filter(({ task }) => task !== undefined).length
    if (tasks >= 2 || performance.now() > deadlineMs) return tasks
  }
}

/** Lets callers wait until a part of a run is done. */
class RunProgress {
  readonly #waiting: { fraction: number; resolve: () => void }[] = []
  #done = 0

  update: LoadOptions['onProgress'] = ({ requestsDone, requestsPlanned }) => this.#set(requestsDone / requestsPlanned)

  finish(): void {
    this.#set(1)
  }

  reaches(fraction: number): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ fraction, resolve })
      this.#set(this.#done)
    })
  }

  #set(done: number): void {
    this.#done = done
    for (const { fraction, resolve } of this.#waiting) if (fraction <= done) resolve()
  }
}

/** Customer and agent take turns, so that each comment notifies somebody. */
function dialogues(count: number): Conversation[] {
  return Array.from({ length: count }, (_, index) => ({
    conversation: `dialogue-${index}`,
    tenant: `shop-${index % 4}`,
    messages: Array.from({ length: 6 }, (_, turn) => ({
      author: turn % 2 === 0 ? 'customer-1' : 'agent-1',
      text: `Message ${turn} of dialogue ${index}.`,
    })),
  }))
}

async function readSagas({ store }: TemporaryStack): Promise<SagaRecord[]> {
  return (await scanAll(store, 'Sagas')).map(parseSaga)
}

function durationMs({ startedAt, endedAt = '' }: SagaRecord): number {
  return Date.parse(endedAt) - Date.parse(startedAt)
}
