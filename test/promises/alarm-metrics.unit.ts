import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { runSagaTask } from '../../app/run-saga-task.ts'
import { addComment } from '../../functions/add-comment/add-comment.ts'
import { createUser } from '../../functions/create-user/create-user.ts'
import { quietAfterMs, reconcileSagas } from '../../functions/reconcile-sagas/reconcile-sagas.ts'
import { MemoryMailer } from '../../gateways/mailer-memory.ts'
import { MemoryStateMachines } from '../../gateways/state-machines-memory.ts'
import { compile } from '../../sagas/compile.ts'
import { notification } from '../../sagas/notification/notification.ts'
import { updateSaga } from '../../tables/sagas.ts'
import { putHolds } from '../../tables/settings.ts'
import { Api, admin, customer } from '../fixtures/api.ts'
import { metricsOfAlarms } from '../infra/own-metrics.ts'
import { CountingObserver } from '../relay/fixtures.ts'
import { AttachmentCase, png, promiseOf } from '../sagas/attachment-fixture.ts'
import { drive } from '../sagas/drive-machine.ts'
import { api, deps, machineArn, machines, nameOf, now, ref, startRunningSaga, tenant } from '../sagas/running-saga.ts'

let observer: CountingObserver

beforeEach(async () => {
  observer = new CountingObserver()
  await startRunningSaga()
})

/** Each of these metrics is planted where its function is tested; `metric` is counted there by an observer. */
const plantedElsewhere: Record<string, string> = {
  RoundsIncomplete: 'test/sweeps/sweep.unit.ts',
  OutboxRowsStuck: 'test/relay/relay.unit.ts',
  OutboxOldestRowAge: 'test/relay/relay.unit.ts',
  OutboxRowsUnreadable: 'test/relay/relay.unit.ts',
  EventsNotConfirmed: 'test/relay/confirm-events.unit.ts',
  AggregatesStillBlocked: 'test/relay/reconcile-consumers.unit.ts',
  UploadsNotScanned: 'test/sagas/scan-result.unit.ts',
  InfectedAfterClean: 'test/sagas/scan-result.unit.ts',
  DriftNotHealed: 'test/reconcile/reconcile.unit.ts',
  HistoryTampered: 'test/relay/watch-events.unit.ts',
}

const repository = resolve(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(join(repository, path), 'utf8')

describe('an alarm on a metric of our own', () => {
  it('has a test that plants its condition and sees the metric', () => {
    const here = read('test/promises/alarm-metrics.unit.ts')
    for (const metric of metricsOfAlarms()) {
      const text = plantedElsewhere[metric] ? read(plantedElsewhere[metric]) : here
      expect(new RegExp(`'${metric}'|counts\\.${metric}|${metric}: `).test(text), metric).toBe(true)
    }
  })
})

describe('the metric of a saga', () => {
  const reconcile = () => reconcileSagas({ ...deps(), observer }, Number.POSITIVE_INFINITY)

  it('counts it when its execution cannot be determined', async () => {
    api.runtime.advance(quietAfterMs)
    const silent = Object.assign(new MemoryStateMachines(), { describe: () => Promise.reject(new Error('no answer')) })
    await reconcileSagas({ ...deps(), machines: silent, observer }, Number.POSITIVE_INFINITY)
    expect(observer.counts).toMatchObject({ SagasNotReconciled: 1, SagasParked: 0 })
  })

  it('counts it when its definition is gone together with its execution', async () => {
    await api.store.write(updateSaga(ref(), now(), { state: 'running', definition: 'an earlier one' }))
    machines.end({ machineArn, name: nameOf(1) })
    api.runtime.advance(quietAfterMs)
    await reconcile()
    expect(observer.counts).toMatchObject({ SagasNotReconciled: 0, SagasParked: 1 })
  })

  it('counts it in each round in which it waits until what it needs is released', async () => {
    const held = { dependency: 'mail', since: now(), token: 'T' }
    await api.store.write(putHolds(tenant, { holds: [{ dependency: 'mail', since: now(), by: 'ada' }] }))
    await api.store.write(updateSaga(ref(), now(), { state: 'running', held }))
    api.runtime.advance(quietAfterMs)
    await reconcile()
    expect(observer.counts).toMatchObject({ SagasHeld: 1, SagasParked: 0 })
  })

  it('counts it when it is left to an operator', async () => {
    const tools = { mailer: new MemoryMailer(), mailFrom: 'support@example.com', runtime: api.runtime }
    const { store, runtime } = api
    const error = { Error: 'States.Timeout' }
    const task = { action: 'park', tenant, sagaId: ref().id, generation: 1, direction: 'compensate', error, token: 'T' }
    await runSagaTask(notification, { store, runtime, tools, observer }, task, runtime.now() + 8_000)
    expect(observer.counts).toMatchObject({ SagasParked: 1 })
  })

  it('counts it once when it has undone what it did', async () => {
    const { store, runtime } = api
    const tools = { mailer: new MemoryMailer(), mailFrom: 'support@example.com', runtime }
    const email = 'carla@bounce.example.com'
    await api.call(admin, createUser, { body: { id: customer.id, role: 'customer', email } })
    const input = { tenant, sagaId: ref().id, generation: 1 }
    const invoke = (task: unknown) =>
      runSagaTask(notification, { store, runtime, tools, observer }, task, runtime.now() + 8_000)
    await drive(compile(notification, { functionArn: 'arn' }), input, invoke)
    expect(observer.counts).toMatchObject({ SagasCompensated: 1 })
  })
})

describe('the metric of an upload', () => {
  const upload = async () => {
    const each = new AttachmentCase()
    await each.request(promiseOf(png))
    await each.start()
    each.observer = observer
    return each
  }

  it('counts it when S3 did not report it and the sweep found it', async () => {
    const each = await upload()
    each.put(png)
    each.runtime.advance(20 * 60_000)
    await each.sweep()
    expect(observer.counts).toMatchObject({ UploadsSwept: 1, UploadsNotSwept: 0 })
  })

  it('counts it when the sweep cannot handle it', async () => {
    const each = await upload()
    each.objects.replace('quarantine/of-nobody', png)
    each.runtime.advance(20 * 60_000)
    await each.sweep()
    expect(observer.counts).toMatchObject({ UploadsSwept: 0, UploadsNotSwept: 1 })
  })

  it('counts it when its malware verdict is overdue', async () => {
    const each = new AttachmentCase({ isScanned: true })
    await each.request(promiseOf(png))
    const waiting = await each.start()
    each.observer = observer
    each.put(png)
    await each.outcome()
    await waiting.resume()
    each.runtime.advance(20 * 60_000)
    await each.sweep()
    expect(observer.counts).toMatchObject({ UploadsLate: 1, UploadsNotSwept: 0 })
  })

  it('counts a copy that belongs to no ticket and cannot be removed', async () => {
    const each = await upload()
    each.objects.replace('clean/of-nobody', png)
    await each.sweepCopies()
    expect(observer.counts).toMatchObject({ CopiesNotSwept: 1 })
  })
})

describe('the metric of replays', () => {
  it('counts each duplicate that is answered from the first one, and no first one', async () => {
    const requests = new Api()
    const counted: string[] = []
    requests.count = (metric) => counted.push(metric)
    const ticketId = await requests.openTicket(customer)
    const call = { params: { ticketId }, body: { body: 'Still burning.' }, key: 'K' }
    for (let copy = 0; copy < 3; copy++) await requests.call(customer, addComment, call)
    expect(counted).toEqual(['RepliesReplayed', 'RepliesReplayed'])
  })
})
