import { type SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn'
import { type AwsCall, AwsError, type EmbeddedStack } from 'embedded-aws'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Target } from '../../proof/target.ts'
import { formatTimeline, readTimeline } from '../../proof/timeline/read-timeline.ts'
import type { TimelineStep } from '../../proof/timeline/step.ts'
import { expectEveryInvariant, expectKnownRows } from './every-invariant.ts'
import {
  type FaultyStack,
  failWithdrawal,
  isInState,
  pollReply,
  startFaultyStack,
  startNotification,
  updateMachine,
} from './faulty-stack.ts'
import { caller, type Reply } from './running-stack.ts'

let faulty: FaultyStack
let stack: EmbeddedStack
let target: Target
let states: SFNClient

beforeAll(async () => {
  faulty = await startFaultyStack()
  ;({ stack, target, states } = faulty)
}, 120_000)

afterAll(() => faulty?.stop())

const machineArn = () => String(target.outputs.NotificationMachineArn)

function stepsWith(outcome: string, { body }: Reply): string[] {
  const steps: { step: string; outcome: string }[] = body.steps
  return steps.filter((attempt) => attempt.outcome === outcome).map(({ step }) => step)
}

/** No function retries it itself: that would take ten seconds each time. */
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
    let steps: TimelineStep[] = []
    // A log line is written after what it tells of, so the last ones come after the saga's end.
    await expect
      .poll(
        async () => {
          steps = await readTimeline(target, 'follow-me', 0)
          return steps.map(({ where, what }) => `${where.replace('steadfast-local-', '')}: ${what}`)
        },
        { timeout: 60_000, interval: 100 },
      )
      .toEqual(expect.arrayContaining(expected))
    expect(steps.map(({ at }) => Date.parse(at))).toEqual(
      steps.map(({ at }) => Date.parse(at)).toSorted((a, b) => a - b),
    )
    expect(formatTimeline(steps)).toMatch(/\+\d+ ms {2}saga notification +do mail: done/)
    const [mail] = stack.mail.list({ recipient: 'dee@example.com' })
    expect(JSON.stringify(mail)).toContain('4bf92f3577b34da6a3ce929d0e0e4736')
    // The duplicate has no effects of its own: its line leads to those of the first request.
    expect(await readTimeline(target, 'follow-me-again', 0)).toMatchObject([
      { what: 'request succeeded', facts: { replayed: true, firstCorrelationId: 'follow-me' } },
    ])
    expect(await readTimeline(target, 'nobody', 0)).toEqual([])
  })
})

describe('a saga whose undo keeps failing', () => {
  it('is parked with the reason, and a resume takes it from there to its end', { timeout: 120_000 }, async () => {
    faulty.inject(failWithdrawal)
    const { id, read, admin } = await startNotification(target, { user: 'bea', email: 'bea@bounce.example.com' })
    const parked = await pollReply(read, isInState('parked'))
    expect(parked.body).toMatchObject({ parkingId: expect.any(String), reason: expect.stringContaining('notice') })
    const listed = await admin.get('/sagas?state=parked&step=notice')
    expect(listed.body.items).toMatchObject([{ id, parkingId: parked.body.parkingId, lastAttempt: { action: 'undo' } }])
    expect((await admin.send('POST', `/sagas/${id}/resume`, { parkingId: 'another' })).status).toBe(409)
    faulty.inject(() => undefined)
    const { parkingId } = parked.body
    const resumed = await admin.send('POST', `/sagas/${id}/resume`, { parkingId }, 'the-resume')
    expect([resumed.status, resumed.headers.get('etag')]).toEqual([200, '"1"'])
    const ended = await pollReply(read, isInState('compensated'))
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
    faulty.inject(failMail)
    const { id, read } = await startNotification(target, { user: 'cyd', email: 'cyd@example.com' })
    await pollReply(read, ({ body }) => body.steps.some(({ step }: { step: string }) => step === 'mail'))
    const executionArn = `${machineArn().replace(':stateMachine:', ':execution:')}:${id}-1`
    await states.send(new StopExecutionCommand({ executionArn }))
    faulty.inject(() => undefined)
    const schedule = stack.schedules.names().find((name) => name.endsWith('reconcile-sagas')) ?? ''
    const reconcileAndRead = async () => {
      await stack.schedules.runNow(schedule)
      return read()
    }
    const ended = await pollReply(reconcileAndRead, isInState('completed'))
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
    await updateMachine(states, machineArn(), (definition) =>
      definition
        .replaceAll('"JitterStrategy":"FULL"', '"JitterStrategy":"NONE"')
        .replaceAll(/"IntervalSeconds":\d+/g, `"IntervalSeconds":${seconds}`)
        .replaceAll(/"MaxDelaySeconds":\d+/g, `"MaxDelaySeconds":${seconds + 1}`),
    )
    faulty.inject(failMail)
    const { id, read, admin } = await startNotification(target, { user: 'eli', email: 'eli@example.com' })
    const error = 'AccountSendingPausedException'
    const isListed = ({ body }: Reply) => body.items.some((saga: { id: string }) => saga.id === id)
    await pollReply(() => admin.get(`/sagas?state=running&name=notification&step=mail&error=${error}`), isListed)
    faulty.inject(() => undefined)
    const asked = await admin.send('POST', `/sagas/${id}/run-now`, { generation: 1 }, 'run-now')
    expect([asked.status, asked.body.generation]).toEqual([200, 2])
    const ended = await pollReply(read, isInState('completed'))
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
