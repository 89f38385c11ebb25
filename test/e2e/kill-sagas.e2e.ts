import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTemporaryStack, type TemporaryStack } from '../../commands/stack/temporary-stack.ts'
import type { Conversation } from '../../proof/load/conversation.ts'
import type { LoadOptions } from '../../proof/load/run-load.ts'
import { randomFrom } from '../../proof/random.ts'
import { scanAll } from '../../proof/scan.ts'
import { hasEnded, parseSaga, type SagaRecord } from '../../tables/sagas.ts'
import { play, verdictOf } from './judged-load.ts'

const seed = Number(process.env.KILL_SEED ?? Math.floor(Math.random() * 1e9))
const random = randomFrom(seed)

const tickets = 24
const sagasMin = 200
const kills = 3
const copies = 2

/**
 * How long a saga may take: the stack is away for some seconds with each kill; an event that the stream missed is sent by the sweeper,
 * which comes once a minute and takes what is older than a minute; a saga whose execution is lost is found by a sweep of its own.
 */
const boundMs = 240_000

describe(`200 sagas on a stack that is killed ${kills} times at random moments (KILL_SEED=${seed})`, () => {
  let stack: TemporaryStack
  beforeAll(async () => {
    stack = await startTemporaryStack()
  }, 150_000)
  afterAll(async () => {
    await stack.stop()
  })

  it('all end within their bound, and nothing is doubled or half done', async () => {
    const progress = new Moments()
    const killing = killAtRandom(stack, progress)
    const run = await play(stack, talks(tickets), { copies, onProgress: progress.at })
    progress.over()
    const midwayAtKills = await killing
    expect(await verdictOf(stack, run, copies)).toMatchObject({ ok: true, effects: run.results.length })

    const sagas = await sagasQuery(stack)
    expect(sagas.length).toBeGreaterThanOrEqual(sagasMin)
    expect(sagas.filter((saga) => !hasEnded(saga))).toEqual([])
    expect(sagas.filter((saga) => tookMs(saga) > boundMs)).toEqual([])
    // What should happen did: tasks were cut off half way, told as lost, and run again; and some sagas were taken back.
    expect(midwayAtKills).toHaveLength(kills)
    const lost = sagas.flatMap(({ timeline }) => timeline).filter(({ outcome }) => outcome === 'lost')
    expect(lost.length, `half way at the kills: ${midwayAtKills}`).toBeGreaterThan(0)
    expect(sagas.some(({ state }) => state === 'compensated')).toBe(true)
  }, 400_000)
})

/**
 * Answers how many tasks were half way at each kill; the last one comes when nobody sends anything any more. Most moments of a run are
 * quiet, so a random one is taken from when some task has begun.
 */
async function killAtRandom(stack: TemporaryStack, progress: Moments): Promise<number[]> {
  const fractions = Array.from({ length: kills - 1 }, () => 0.1 + 0.85 * random()).toSorted((a, b) => a - b)
  const midway: number[] = []
  for (const fraction of [...fractions, 1]) {
    await progress.reached(fraction)
    midway.push(await someMidway(stack))
    await setTimeout(20 * random())
    await stack.kill()
    await stack.startAgain()
  }
  return midway
}

/** Waits, for some seconds at most, until several tasks have begun and not ended. */
async function someMidway(stack: TemporaryStack): Promise<number> {
  const deadlineMs = performance.now() + 5_000
  for (;;) {
    const midway = (await sagasQuery(stack)).filter(({ task }) => task !== undefined).length
    if (midway >= 2 || performance.now() > deadlineMs) return midway
  }
}

/** Lets others wait for a part of a run to be done. */
class Moments {
  readonly #waiting: { fraction: number; wake: () => void }[] = []
  #done = 0

  at: LoadOptions['onProgress'] = ({ requestsDone, requestsPlanned }) => this.#move(requestsDone / requestsPlanned)

  over(): void {
    this.#move(1)
  }

  reached(fraction: number): Promise<void> {
    return new Promise((wake) => {
      this.#waiting.push({ fraction, wake })
      this.#move(this.#done)
    })
  }

  #move(done: number): void {
    this.#done = done
    for (const { fraction, wake } of this.#waiting) if (fraction <= done) wake()
  }
}

/** Back and forth, so that each answer concerns someone. */
function talks(count: number): Conversation[] {
  return Array.from({ length: count }, (_, index) => ({
    conversation: `talk-${index}`,
    tenant: `shop-${index % 4}`,
    messages: Array.from({ length: 6 }, (_, turn) => ({
      author: turn % 2 === 0 ? 'customer-1' : 'agent-1',
      text: `Message ${turn} of talk ${index}.`,
    })),
  }))
}

async function sagasQuery({ store }: TemporaryStack): Promise<SagaRecord[]> {
  return (await scanAll(store, 'Sagas')).map(parseSaga)
}

function tookMs({ startedAt, endedAt = '' }: SagaRecord): number {
  return Date.parse(endedAt) - Date.parse(startedAt)
}
