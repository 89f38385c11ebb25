import fc from 'fast-check'
import { arnOf, at, type Message, type OwnSqs } from './sqs-fixture.ts'

/** A message as SQS's documentation has it, without any of what makes the real one fast or durable. */
interface ModelMessage {
  body: string
  group: string
  visibleMs: number
  taken: boolean
  count: number
  handle: string | undefined
}

interface Model {
  messages: ModelMessage[]
  /** Bodies in the dead-letter queue. */
  dead: string[]
  /** When each deduplication id ends to count, by group and id. */
  duplicates: Map<string, number>
  /** Every handle that was given out, with its message. */
  handles: { handle: string; message: ModelMessage }[]
  sent: number
}

type Command = fc.AsyncCommand<Model, OwnSqs>

const maxReceiveCount = 3
const nothing = { messages: [], dead: [], duplicates: new Map(), handles: [], sent: 0 }
const emptyModel = (): Model => structuredClone(nothing) as Model

async function createModelled(sqs: OwnSqs, name: string): Promise<void> {
  if (name.endsWith('.fifo')) return sqs.create(name, { DeduplicationScope: 'messageGroup' })
  await sqs.create('dead')
  await sqs.create(name, {
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arnOf('dead'), maxReceiveCount }),
  })
}

function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(what)
}

/** Commands for a queue of this name; one that ends in `.fifo` is FIFO. */
export function commands(name: string): fc.Arbitrary<Command>[] {
  const isFifo = name.endsWith('.fifo')

  const command = (label: string, run: (model: Model, sqs: OwnSqs) => Promise<void>): Command => ({
    check: () => true,
    run,
    toString: () => label,
  })

  const send = (group: string, id: string, delay: number) =>
    command(`send(${group}, ${id}, ${delay} s)`, async (model, sqs) => {
      const body = `${++model.sent}`
      const ids = isFifo ? { MessageGroupId: group, MessageDeduplicationId: id } : { DelaySeconds: delay }
      await sqs.ask('SendMessage', { ...at(name), MessageBody: body, ...ids })
      const { nowMs } = sqs.clock
      const key = `${group} ${id}`
      if (isFifo && (model.duplicates.get(key) ?? 0) > nowMs) return
      model.duplicates.set(key, nowMs + 300_000)
      const visibleMs = isFifo ? nowMs : nowMs + delay * 1000
      model.messages.push({ body, group, visibleMs, taken: false, count: 0, handle: undefined })
    })

  /** What of a group may be received now, in order. */
  function available(model: Model, group: string, nowMs: number): ModelMessage[] {
    const ofGroup = model.messages.filter((message) => message.group === group)
    if (ofGroup.some(({ taken, visibleMs }) => taken && visibleMs > nowMs)) return []
    const hidden = ofGroup.findIndex(({ visibleMs }) => visibleMs > nowMs)
    return hidden < 0 ? ofGroup : ofGroup.slice(0, hidden)
  }

  function checkFifo(model: Model, bodies: string[], count: number, nowMs: number): void {
    let all = 0
    for (const group of new Set(model.messages.map((message) => message.group))) {
      const next = available(model, group, nowMs).map(({ body }) => body)
      const got = bodies.filter((body) => model.messages.find((one) => one.body === body)?.group === group)
      check(`${next.slice(0, got.length)}` === `${got}`, `group ${group}: got ${got}, next were ${next}`)
      all += next.length
    }
    check(bodies.length === Math.min(count, all), `got ${bodies.length} of ${all}, asked for ${count}`)
  }

  /** In a standard queue the longest visible first; the dead ones that come first leave it. */
  function expectStandard(model: Model, count: number, nowMs: number): string[] {
    const due = model.messages.filter(({ visibleMs }) => visibleMs <= nowMs)
    const expected: string[] = []
    for (const message of due.toSorted((a, b) => a.visibleMs - b.visibleMs || Number(a.body) - Number(b.body))) {
      if (expected.length === count) break
      if (message.count < maxReceiveCount) expected.push(message.body)
      else {
        model.messages.splice(model.messages.indexOf(message), 1)
        model.dead.push(message.body)
      }
    }
    return expected
  }

  const receive = (count: number, visibility: number) =>
    command(`receive(${count}, ${visibility} s)`, async (model, sqs) => {
      const { nowMs } = sqs.clock
      const received: Message[] = await sqs.receive(name, {
        MaxNumberOfMessages: count,
        VisibilityTimeout: visibility,
        MessageSystemAttributeNames: ['ApproximateReceiveCount'],
      })
      const bodies = received.map(({ Body }) => Body)
      if (isFifo) checkFifo(model, bodies, count, nowMs)
      else {
        const expected = expectStandard(model, count, nowMs)
        check(`${bodies}` === `${expected}`, `got ${bodies}, expected ${expected}`)
      }
      for (const { Body, ReceiptHandle, Attributes } of received) {
        const message = model.messages.find(({ body }) => body === Body)
        if (!message) throw new Error(`${Body} was not there to be received`)
        Object.assign(message, { taken: true, visibleMs: nowMs + visibility * 1000, handle: ReceiptHandle })
        check(Attributes?.ApproximateReceiveCount === String(++message.count), `${Body}: another receive count`)
        model.handles.push({ handle: ReceiptHandle, message })
      }
    })

  /** Which handle of those given out; whether it may do what it is used for. */
  const withHandle = (
    label: string,
    pick: number,
    operation: string,
    more: Record<string, unknown>,
    fate: (
      model: Model,
      message: ModelMessage,
      handle: string,
      nowMs: number,
    ) => 'takes effect' | 'nothing' | 'refused',
    effect: (model: Model, message: ModelMessage, nowMs: number) => void,
  ) =>
    command(label, async (model, sqs) => {
      const one = model.handles[pick % Math.max(1, model.handles.length)]
      if (!one) return
      const { nowMs } = sqs.clock
      const expected = fate(model, one.message, one.handle, nowMs)
      const call = sqs.ask(operation, { ...at(name), ReceiptHandle: one.handle, ...more })
      const refused = await call.then(
        () => false,
        () => true,
      )
      check(refused === (expected === 'refused'), `${operation} of ${one.message.body}: expected "${expected}"`)
      if (expected === 'takes effect') effect(model, one.message, nowMs)
    })

  const remove = (pick: number) =>
    withHandle(
      `delete(${pick})`,
      pick,
      'DeleteMessage',
      {},
      (model, message, handle, nowMs) => {
        if (!model.messages.includes(message)) return 'nothing'
        const isLatest = message.handle === handle
        if (isFifo && (!isLatest || message.visibleMs <= nowMs)) return 'refused'
        return isLatest ? 'takes effect' : 'nothing'
      },
      (model, message) => void model.messages.splice(model.messages.indexOf(message), 1),
    )

  const change = (pick: number, seconds: number) =>
    withHandle(
      `change(${pick}, ${seconds} s)`,
      pick,
      'ChangeMessageVisibility',
      { VisibilityTimeout: seconds },
      (model, message, handle, nowMs) => {
        if (!model.messages.includes(message) || message.handle !== handle) return 'refused'
        if (message.visibleMs > nowMs) return 'takes effect'
        return isFifo ? 'refused' : 'nothing'
      },
      (_model, message, nowMs) => {
        message.visibleMs = nowMs + seconds * 1000
      },
    )

  const wait = (seconds: number) =>
    command(`wait(${seconds} s)`, async (_model, sqs) => {
      sqs.clock.nowMs += seconds * 1000
    })

  const restart = command('restart', (_model, sqs) => sqs.restart())

  const count = command('count', async (model, sqs) => {
    const { nowMs } = sqs.clock
    const { Attributes = {} } = await sqs.ask('GetQueueAttributes', { ...at(name), AttributeNames: ['All'] })
    const { ApproximateNumberOfMessages: visible, ApproximateNumberOfMessagesNotVisible: inFlight } = Attributes
    const hidden = model.messages.filter(({ visibleMs }) => visibleMs > nowMs)
    check(Number(visible) === model.messages.length - hidden.length, `${visible} are visible`)
    check(Number(inFlight) === hidden.filter(({ taken }) => taken).length, `${inFlight} are in flight`)
    if (isFifo) return
    const dead = await sqs.ask('GetQueueAttributes', { ...at('dead'), AttributeNames: ['All'] })
    check(Number(dead.Attributes?.ApproximateNumberOfMessages) === model.dead.length, 'another number of dead messages')
  })

  const group = fc.constantFrom('a', 'b', 'c')
  const id = fc.constantFrom('1', '2', '3', '4', '5', '6')
  const seconds = fc.constantFrom(0, 1, 5, 30)
  const sending = fc.tuple(group, id, fc.constantFrom(0, 0, 0, 5)).map((drawn) => send(...drawn))
  const receiving = fc.tuple(fc.integer({ min: 1, max: 10 }), seconds).map((drawn) => receive(...drawn))
  return [
    ...[sending, sending, sending, receiving, receiving],
    fc.nat(50).map(remove),
    fc.tuple(fc.nat(50), seconds).map((drawn) => change(...drawn)),
    fc.constantFrom(1, 1, 4, 29, 31, 299).map(wait),
    fc.constant(restart),
    fc.constant(count),
  ]
}

/** Runs random commands against a queue and the model, and shrinks what fails. */
export async function compare(
  name: string,
  own: () => OwnSqs,
  { seed, runs, length, msMax }: { seed: number; runs: number; length: number; msMax: number },
): Promise<void> {
  const property = fc.asyncProperty(
    fc.commands(commands(name), { maxCommands: length, size: 'max' }),
    async (drawn) => {
      const sqs = own()
      try {
        await createModelled(sqs, name)
        await fc.asyncModelRun(() => ({ model: emptyModel(), real: sqs }), drawn)
      } finally {
        await sqs.queues.stop()
      }
    },
  )
  // What fails is shrunk for a while, so that it is told before the test's own time limit.
  await fc.assert(property, { seed, numRuns: runs, interruptAfterTimeLimit: msMax })
}
