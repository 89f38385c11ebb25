import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import {
  DescribeStateMachineCommand,
  SFNClient,
  StopExecutionCommand,
  UpdateStateMachineCommand,
} from '@aws-sdk/client-sfn'
import type { AwsCall } from 'embedded-aws'
import { AwsError, type EmbeddedStack } from 'embedded-aws'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { synthesizeApp } from '../../commands/stack/synthesize-app.ts'
import { startSteadfast } from '../../localstack/steadfast/start-steadfast.ts'
import { formatJourney, readJourney } from '../../proof/journey/read-journey.ts'
import type { JourneyStep } from '../../proof/journey/step.ts'
import { clientConfig, openTarget, type Target } from '../../proof/target.ts'
import { shortenTimes } from '../../scenarios/runner/context/shorten-times.ts'
import { expectEveryInvariant, expectKnownRows } from './every-invariant.ts'
import { caller, type Reply } from './running-stack.ts'

let stack: EmbeddedStack
let target: Target
let states: SFNClient
/** The error that an AWS call gets at the moment; undefined lets it through. */
let injectedError: (call: AwsCall) => AwsError | undefined = () => undefined
const dataDir = mkdtempSync(join(tmpdir(), 'steadfast-e2e-'))

beforeAll(async () => {
  stack = await startSteadfast({
    assemblyDir: await synthesizeApp(() => {}),
    dataDir,
    port: 0,
    log: { info() {}, warn() {} },
    interceptors: [
      async (call, proceed) => {
        const error = injectedError(call)
        if (error) throw error
        return proceed()
      },
    ],
  })
  target = openTarget({ dataDir })
  states = new SFNClient(clientConfig(target.edgeUrl))
  // A deployed saga retries for a quarter of an hour before it is parked; here it does after three retries.
  await updateMachine((definition) => shortenTimes(definition, { retriesMax: 3 }))
}, 120_000)

afterAll(async () => {
  states?.destroy()
  await stack?.stop()
  rmSync(dataDir, { recursive: true, force: true })
})

const machineArn = () => String(target.outputs.NotificationMachineArn)

async function updateMachine(change: (definition: string) => string): Promise<void> {
  const stateMachineArn = machineArn()
  const { definition = '' } = await states.send(new DescribeStateMachineCommand({ stateMachineArn }))
  await states.send(new UpdateStateMachineCommand({ stateMachineArn, definition: change(definition) }))
}

/** Starts the saga that notifies this user of a comment. */
async function startNotification(user: string, email: string) {
  const admin = caller(target, 'acme', 'ada', 'admin')
  expect((await admin.send('POST', '/users', { id: user, role: 'customer', email })).status).toBe(201)
  const customer = caller(target, 'acme', user, 'customer')
  const ticket = await customer.send('POST', '/tickets', { title: 'Printer on fire', body: 'It burns.' })
  await admin.send('POST', `/tickets/${ticket.body.id}/comments`, { body: 'On its way.' })
  const sagas = await poll(
    () => admin.get(`/tickets/${ticket.body.id}/sagas`),
    ({ body }) => body.items.length > 0,
  )
  const id: string = sagas.body.items[0].id
  return { id, read: () => admin.get(`/sagas/${id}`), admin }
}

/** Asks until the answer meets the condition; the time limit of the test is the bound. */
async function poll(ask: () => Promise<Reply>, isMet: (reply: Reply) => boolean): Promise<Reply> {
  for (;;) {
    const reply = await ask()
    if (isMet(reply)) return reply
    await delay(100)
  }
}

const isInState = (state: string) => (reply: Reply) => reply.body.state === state

function stepsWith(outcome: string, { body }: Reply): string[] {
  const steps: { step: string; outcome: string }[] = body.steps
  return steps.filter((attempt) => attempt.outcome === outcome).map(({ step }) => step)
}

// Both errors are ones that a function does not retry itself: that would take ten seconds each time.

function failWithdrawal({ operation, input }: AwsCall): AwsError | undefined {
  const withdrawsNotice = operation === 'TransactWriteItems' && /"Delete":\{[^}]*notices/i.test(JSON.stringify(input))
  return withdrawsNotice ? new AwsError('ValidationException', 'injected by the test', 400) : undefined
}

function failMail({ service }: AwsCall): AwsError | undefined {
  return service === 'ses' ? new AwsError('AccountSendingPausedException', 'injected by the test', 400) : undefined
}

describe('a request that is looked for by its correlation id', () => {
  it('is followed to its event, its subscribers, its sagas with their executions, and the mail', {
    timeout: 120_000,
  }, async () => {
    const admin = caller(target, 'acme', 'ada', 'admin')
    await admin.send('POST', '/users', { id: 'dee', role: 'customer', email: 'dee@example.com' })
    const { body: ticket } = await caller(target, 'acme', 'dee', 'customer').send('POST', '/tickets', {
      title: 'Printer on fire',
      body: 'It burns.',
    })
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
    const key = crypto.randomUUID()
    for (const correlationId of ['follow-me', 'follow-me-again'])
      await admin.call(
        'POST',
        `/tickets/${ticket.id}/comments`,
        { body: 'On its way.' },
        { 'Idempotency-Key': key, 'X-Correlation-Id': correlationId, traceparent },
      )
    const expected = [
      'add-comment: request succeeded',
      'Events: event recorded: ticket.comment_added',
      'project-views: message consumed',
      'start-saga: saga start handled',
      'saga notification: saga created',
      'execution notification: execution started',
      'run-notification-step: saga task ended',
      'saga notification: do mail: done',
      'saga notification: saga completed',
      'execution notification: execution succeeded',
    ]
    let steps: JourneyStep[] = []
    // A log line is written after what it tells of, so the last ones come after the saga's end.
    await expect
      .poll(
        async () => {
          steps = await readJourney(target, 'follow-me', 0)
          return steps.map(({ where, what }) => `${where.replace('steadfast-local-', '')}: ${what}`)
        },
        { timeout: 60_000, interval: 100 },
      )
      .toEqual(expect.arrayContaining(expected))
    expect(steps.map(({ at }) => Date.parse(at))).toEqual(
      steps.map(({ at }) => Date.parse(at)).toSorted((a, b) => a - b),
    )
    expect(formatJourney(steps)).toMatch(/\+\d+ ms {2}saga notification +do mail: done/)
    const [mail] = stack.mail.list({ recipient: 'dee@example.com' })
    expect(JSON.stringify(mail)).toContain('4bf92f3577b34da6a3ce929d0e0e4736')
    // The duplicate has no effects of its own: its line leads to those of the first request.
    expect(await readJourney(target, 'follow-me-again', 0)).toMatchObject([
      { what: 'request succeeded', facts: { replayed: true, firstCorrelationId: 'follow-me' } },
    ])
    expect(await readJourney(target, 'nobody', 0)).toEqual([])
  })
})

describe('a saga whose undo keeps failing', () => {
  it('is parked with the reason, and a resume takes it from there to its end', { timeout: 120_000 }, async () => {
    injectedError = failWithdrawal
    const { id, read, admin } = await startNotification('bea', 'bea@bounce.example.com')
    const parked = await poll(read, isInState('parked'))
    expect(parked.body).toMatchObject({ parkingId: expect.any(String), reason: expect.stringContaining('notice') })
    const listed = await admin.get('/sagas?state=parked&step=notice')
    expect(listed.body.items).toMatchObject([{ id, parkingId: parked.body.parkingId, lastAttempt: { action: 'undo' } }])
    expect((await admin.send('POST', `/sagas/${id}/resume`, { parkingId: 'another' })).status).toBe(409)
    injectedError = () => undefined
    const { parkingId } = parked.body
    const resumed = await admin.send('POST', `/sagas/${id}/resume`, { parkingId }, 'the-resume')
    expect([resumed.status, resumed.headers.get('etag')]).toEqual([200, '"1"'])
    const ended = await poll(read, isInState('compensated'))
    expect(stepsWith('undone', ended)).toEqual(['budget', 'notice'])
    const replayed = await admin.send('POST', `/sagas/${id}/resume`, { parkingId }, 'the-resume')
    expect([replayed.status, replayed.text]).toEqual([200, resumed.text])
    expect((await admin.send('POST', `/sagas/${id}/resume`, { parkingId })).status).toBe(409)
    await expectEveryInvariant(target)
    await expectKnownRows(target)
  })
})

describe('a saga whose execution is stopped from outside', () => {
  it('continues as its next generation over the same fences', { timeout: 120_000 }, async () => {
    injectedError = failMail
    const { id, read } = await startNotification('cyd', 'cyd@example.com')
    await poll(read, ({ body }) => body.steps.some(({ step }: { step: string }) => step === 'mail'))
    const executionArn = `${machineArn().replace(':stateMachine:', ':execution:')}:${id}-1`
    await states.send(new StopExecutionCommand({ executionArn }))
    injectedError = () => undefined
    const schedule = stack.schedules.names().find((name) => name.endsWith('reconcile-sagas')) ?? ''
    const reconcileAndRead = async () => {
      await stack.schedules.runNow(schedule)
      return read()
    }
    const ended = await poll(reconcileAndRead, isInState('completed'))
    expect(stepsWith('done', ended)).toEqual(['notice', 'budget', 'mail', 'record'])
    expect(stack.mail.list({ recipient: 'cyd@example.com' })).toHaveLength(1)
    await expectEveryInvariant(target)
    await expectKnownRows(target)
  })
})

describe('a saga that waits out the delay of a retry', () => {
  it('is found by the step that fails, and runs at once when an operator asks', { timeout: 120_000 }, async () => {
    // Longer than this test may take: it ends only if the delay is skipped.
    const seconds = 600
    await updateMachine((definition) =>
      definition
        .replaceAll('"JitterStrategy":"FULL"', '"JitterStrategy":"NONE"')
        .replaceAll(/"IntervalSeconds":\d+/g, `"IntervalSeconds":${seconds}`)
        .replaceAll(/"MaxDelaySeconds":\d+/g, `"MaxDelaySeconds":${seconds + 1}`),
    )
    injectedError = failMail
    const { id, read, admin } = await startNotification('eli', 'eli@example.com')
    const error = 'AccountSendingPausedException'
    const isListed = ({ body }: Reply) => body.items.some((saga: { id: string }) => saga.id === id)
    await poll(() => admin.get(`/sagas?state=running&name=notification&step=mail&error=${error}`), isListed)
    injectedError = () => undefined
    const asked = await admin.send('POST', `/sagas/${id}/run-now`, { generation: 1 }, 'run-now')
    expect([asked.status, asked.body.generation]).toEqual([200, 2])
    const ended = await poll(read, isInState('completed'))
    expect(stepsWith('done', ended)).toEqual(['notice', 'budget', 'mail', 'record'])
    expect(stack.mail.list({ recipient: 'eli@example.com' })).toHaveLength(1)
    const replayed = await admin.send('POST', `/sagas/${id}/run-now`, { generation: 1 }, 'run-now')
    expect([replayed.status, replayed.text]).toEqual([200, asked.text])
    expect((await admin.send('POST', `/sagas/${id}/run-now`, { generation: 2 })).status).toBe(409)
    expect((await admin.get('/blocked')).body).toEqual({ items: [] })
    await expectEveryInvariant(target)
    await expectKnownRows(target)
  })
})
