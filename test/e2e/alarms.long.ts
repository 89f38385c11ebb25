import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  GetQueueAttributesCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import type { EmbeddedStack } from 'embedded-aws'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { synthesizeApp } from '../../commands/stack/synthesize-app.ts'
import { startSteadfast } from '../../localstack/steadfast/start-steadfast.ts'
import { shortName } from '../../proof/short-name.ts'
import { clientConfig, openTarget, type Target } from '../../proof/target.ts'
import { type FaultClient, faultClientAt } from '../../scenarios/runner/context/fault-client.ts'
import { alarmNamed, alarmState } from '../infra/alarm-state.ts'
import { caller } from './running-stack.ts'

let stack: EmbeddedStack
let target: Target
let faults: FaultClient
const dataDir = mkdtempSync(join(tmpdir(), 'steadfast-alarms-'))
const pollOptions = { timeout: 30_000, interval: 100 }

beforeAll(async () => {
  const log = { info() {}, warn() {} }
  stack = await startSteadfast({ assemblyDir: await synthesizeApp(() => {}), dataDir, port: 0, log })
  target = openTarget({ dataDir })
  faults = faultClientAt(stack.url)
}, 120_000)

afterEach(async () => {
  await faults?.removeAll()
})

afterAll(async () => {
  await stack?.stop()
  rmSync(dataDir, { recursive: true, force: true })
})

function functionOf(name: string): string {
  return stack.pool.names().find((each) => shortName(each) === name) ?? ''
}

/** What a function has published of a metric, in CloudWatch's embedded metric format, under its own name as the service. */
function published(metric: string, functionName: string): number[] {
  return stack.pool.recentLines(functionOf(functionName)).flatMap((line) => {
    const parsed = line.startsWith('{') ? (JSON.parse(line) as Record<string, unknown>) : {}
    return parsed._aws !== undefined && metric in parsed && parsed.service === functionOf(functionName)
      ? [Number(parsed[metric])]
      : []
  })
}

/** The metric that the alarm of production watches, and which function publishes it where it is one of our own. */
function watched(id: string) {
  const { Namespace, MetricName } = alarmNamed(id).Properties
  return `${Namespace} ${MetricName}`
}

const admin = () => caller(target, 'acme', 'ada', 'admin')
const ticket = { title: 'Printer on fire', body: 'It burns.' }

describe('an alarm of production goes off when its condition is planted on the stack, and not before:', () => {
  it('an event that no queue takes for minutes', { timeout: 60_000 }, async () => {
    const alarm = alarmNamed('OutboxStuckAlarm')
    expect(watched('OutboxStuckAlarm')).toBe('Steadfast OutboxOldestRowAge')
    const sweep = () => stack.schedules.runNow(functionOf('sweep-outbox'))
    await sweep()
    const ages = () => published('OutboxOldestRowAge', 'sweep-outbox')
    // A line comes a moment after the end of its invocation.
    await expect.poll(() => ages().length, pollOptions).toBe(1)
    expect(alarmState(alarm, [ages()])).toBe('OK')
    const where = { service: 'sqs', operation: 'SendMessageBatch' }
    await faults.set({ name: 'no-queue', at: 'call', where, fault: { do: 'refuse', error: 'AccessDenied' } })
    expect((await admin().send('POST', '/tickets', ticket)).status).toBe(201)
    // Six minutes later.
    const skewed = { name: 'later', at: 'invocation', where: { function: '*sweep-outbox' } } as const
    await faults.set({ ...skewed, fault: { do: 'skew-clock', ms: 360_000 } })
    await sweep()
    await expect.poll(() => alarmState(alarm, [ages()]), pollOptions).toBe('ALARM')
  })

  it('a saga that waits for an operator', { timeout: 60_000 }, async () => {
    const alarm = alarmNamed('NotificationParkedAlarm')
    expect(watched('NotificationParkedAlarm')).toBe('Steadfast SagasParked')
    const held = { function: '*run-notification-step', key: 'do' }
    await faults.set({ name: 'held', at: 'invocation', where: held, fault: { do: 'hold' } })
    await admin().send('POST', '/users', { id: 'dee', role: 'customer', email: 'dee@example.com' })
    const { body } = await caller(target, 'acme', 'dee', 'customer').send('POST', '/tickets', ticket)
    await admin().send('POST', `/tickets/${body.id}/comments`, { body: 'On its way.' })
    const sagas = () => admin().get(`/tickets/${body.id}/sagas`)
    await expect.poll(async () => (await sagas()).body.items.length, pollOptions).toBe(1)
    const { id: sagaId } = (await sagas()).body.items[0]
    expect(alarmState(alarm, [published('SagasParked', 'run-notification-step')])).toBe('OK')
    const error = { Error: 'States.Timeout' }
    const task = { action: 'park', tenant: 'acme', sagaId, generation: 1, direction: 'compensate', error, token: 'T' }
    expect(await stack.invoke(functionOf('run-notification-step'), task)).toMatchObject({ status: 'succeeded' })
    const parked = () => published('SagasParked', 'run-notification-step')
    await expect.poll(() => alarmState(alarm, [parked()]), pollOptions).toBe('ALARM')
  })

  it('a message that a subscriber cannot handle', { timeout: 60_000 }, async () => {
    const alarm = alarmNamed('WakeSagaDeadLettersAlarm')
    expect(watched('WakeSagaDeadLettersAlarm')).toBe('AWS/SQS ApproximateNumberOfMessagesVisible')
    const sqs = new SQSClient(clientConfig(target.edgeUrl))
    const { WakeSagaQueueUrl: QueueUrl, WakeSagaDlqUrl } = target.outputs
    const name = 'ApproximateNumberOfMessages'
    const visible = async () => {
      const asked = new GetQueueAttributesCommand({ QueueUrl: WakeSagaDlqUrl, AttributeNames: [name] })
      return Number((await sqs.send(asked)).Attributes?.[name])
    }
    try {
      expect(alarmState(alarm, [[await visible()]])).toBe('OK')
      // A deployed queue waits six timeouts of its function between two attempts.
      await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { VisibilityTimeout: '1' } }))
      const where = { function: '*wake-saga' }
      await faults.set({ name: 'broken', at: 'invocation', where, fault: { do: 'refuse', error: 'Error' } })
      const message = { MessageBody: '{}', MessageGroupId: 'g', MessageDeduplicationId: 'd' }
      await sqs.send(new SendMessageCommand({ QueueUrl, ...message }))
      await expect.poll(async () => alarmState(alarm, [[await visible()]]), pollOptions).toBe('ALARM')
    } finally {
      sqs.destroy()
    }
  })

  it('requests that fail for no fault of their own', { timeout: 60_000 }, async () => {
    const alarm = alarmNamed('ApiErrorsAlarm')
    expect(watched('ApiErrorsAlarm')).toBe('AWS/ApiGateway 5XXError')
    /** API Gateway counts 1 for each answer of 500 and more. */
    const sample = async () => ((await admin().get('/stats')).status >= 500 ? 1 : 0)
    expect(alarmState(alarm, [await samples(5, sample)])).toBe('OK')
    const where = { service: 'dynamodb', operation: 'Query', function: '*get-stats' }
    await faults.set({ name: 'no-views', at: 'call', where, fault: { do: 'refuse', error: 'ValidationException' } })
    // One that fails is not five.
    expect(alarmState(alarm, [await samples(1, sample)])).toBe('OK')
    expect(alarmState(alarm, [await samples(5, sample)])).toBe('ALARM')
  })

  it('recorded history that somebody edits', { timeout: 60_000 }, async () => {
    const alarm = alarmNamed('HistoryTamperedAlarm')
    expect(watched('HistoryTamperedAlarm')).toBe('Steadfast HistoryTampered')
    const { rows } = await target.store.scan({ table: 'Events' })
    const tampered = () => published('HistoryTampered', 'watch-events')
    expect([rows.length > 0, tampered()]).toEqual([true, []])
    const [row] = rows
    if (row)
      await target.store.write({ kind: 'put', table: 'Events', row: { ...row, pk: String(row.pk), actor: 'mallory' } })
    await expect.poll(() => alarmState(alarm, [tampered()]), pollOptions).toBe('ALARM')
  })
})

async function samples(count: number, take: () => Promise<number>): Promise<number[]> {
  const taken: number[] = []
  while (taken.length < count) taken.push(await take())
  return taken
}
