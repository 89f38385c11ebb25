import fc from 'fast-check'
import { expect } from 'vitest'
import type { QueueFixture, Received } from './queue-fixture.ts'
import { message } from './queue-suite.ts'

/** The twin, and what both have given out. */
interface Model {
  twin: QueueFixture
  received: { ofTwin: Received; ofEngine: Received }[]
  sent: number
  /** Messages that were not deleted, dead letters among them. */
  stored: number
}

type Command = fc.AsyncCommand<Model, QueueFixture>

/** One receive returns ten messages at most, and which groups come first is not promised: with fewer all are received. */
const messagesMax = 9

function command(label: string, run: Command['run'], check: Command['check'] = () => true): Command {
  return {
    check,
    async run(model, engine) {
      await run(model, engine)
      const depth = await model.twin.depth()
      expect(await engine.depth(), `after ${label}`).toEqual(depth)
      model.stored = depth.visible + depth.inFlight + depth.deadLetters
    },
    toString: () => label,
  }
}

const send = (batch: readonly (readonly [group: string, id: string])[]) =>
  command(
    `send(${batch.map(([group, id]) => `${group}${id}`)})`,
    async (model, engine) => {
      const messages = batch.map(([group, id]) => message(String(++model.sent), group, id))
      const statuses = async (fixture: QueueFixture) =>
        (await fixture.queue.sendBatch(fixture.url, messages)).map(({ status }) => status)
      expect(await statuses(engine)).toEqual(await statuses(model.twin))
    },
    ({ stored }) => stored + batch.length <= messagesMax,
  )

const receive = (visibilitySeconds: number) =>
  command(`receive(${visibilitySeconds} s)`, async (model, engine) => {
    const ofTwin = await model.twin.receive(visibilitySeconds)
    const ofEngine = await engine.receive(visibilitySeconds)
    expect(factsByGroup(ofEngine)).toEqual(factsByGroup(ofTwin))
    for (const received of ofTwin) {
      const same = ofEngine.find(({ body }) => body === received.body)
      if (same) model.received.push({ ofTwin: received, ofEngine: same })
    }
  })

/** The received facts of each group, in order. */
function factsByGroup(received: readonly Received[]): Record<string, [string, number][]> {
  const facts: Record<string, [string, number][]> = {}
  for (const { groupId, body, receiveCount } of received) {
    facts[groupId] ??= []
    facts[groupId].push([body, receiveCount])
  }
  return facts
}

/** Uses a receipt handle of any receive so far, the latest ones more often than others. */
const use = (what: 'remove' | 'makeVisible', fromLast: number) =>
  command(
    `${what}(${fromLast} from the last)`,
    async ({ received }) => {
      const both = received.at(-1 - (fromLast % received.length))
      await both?.ofTwin[what]()
      await both?.ofEngine[what]()
    },
    ({ received }) => received.length > 0,
  )

const wait = (seconds: number) =>
  command(`wait(${seconds} s)`, async ({ twin }, engine) => {
    for (const { advance } of [twin, engine]) advance?.(seconds)
  })

const redrive = command('redrive', async ({ twin }, engine) => {
  for (const fixture of [twin, engine]) await fixture.redrive()
})

const group = fc.constantFrom('a', 'b', 'c')
const id = fc.constantFrom('1', '2', '3', '4')
const seconds = fc.constantFrom(0, 30, 30, 60)
const fromLast = fc.oneof(fc.nat(2), fc.nat(20))
const sending = fc.array(fc.tuple(group, id), { minLength: 1, maxLength: 3 }).map(send)
const receiving = seconds.map(receive)
const commands = [
  ...[sending, sending, receiving, receiving],
  fromLast.map((index) => use('remove', index)),
  fromLast.map((index) => use('makeVisible', index)),
  fc.constantFrom(1, 29, 30, 60, 299, 300).map(wait),
  fc.constant(redrive),
]

/**
 * Sends random calls to the twin and to the engine, and expects the same of both after each. A failure is
 * shrunk to the calls that it needs.
 */
export async function compareQueues(
  fixtures: { twin(): Promise<QueueFixture>; engine(): Promise<QueueFixture> },
  { seed, runs, length, msMax }: { seed: number; runs: number; length: number; msMax?: number },
): Promise<void> {
  const property = fc.asyncProperty(fc.commands(commands, { maxCommands: length, size: 'max' }), async (drawn) => {
    const [twin, engine] = [await fixtures.twin(), await fixtures.engine()]
    await fc.asyncModelRun(() => ({ model: { twin, received: [], sent: 0, stored: 0 }, real: engine }), drawn)
    await engine.close()
  })
  await fc.assert(property, { seed, numRuns: runs, ...(msMax && { interruptAfterTimeLimit: msMax }) })
}
