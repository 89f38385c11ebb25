import { beforeEach, describe, expect, it } from 'vitest'
import { quietAfterMs, reconcileSagas } from '../../functions/reconcile-sagas/reconcile-sagas.ts'
import { runSagaNow, runSagaNowEndpoint } from '../../functions/run-saga-now/run-saga-now.ts'
import { MemoryMailer } from '../../gateways/mailer-memory.ts'
import { scannedAttachment } from '../../sagas/attachment/attachment.ts'
import { generationsMax } from '../../sagas/ensure-execution.ts'
import { notification } from '../../sagas/notification/notification.ts'
import { taskRunner } from '../../sagas/run-task.ts'
import { superseded } from '../../sagas/step-errors.ts'
import { definitionVersion } from '../../sagas/version.ts'
import { type SagaUpdate, updateSaga } from '../../tables/sagas.ts'
import { admin, agent, customer, stranger } from '../fixtures/api.ts'
import { allRows } from '../fixtures/dump.ts'
import { interceptStore } from '../fixtures/intercepted-store.ts'
import {
  api,
  deliver,
  deps,
  machineArn,
  machines,
  nameOf,
  now,
  park,
  ref,
  saga,
  sagaId,
  startRunningSaga,
} from './running-saga.ts'

const between = 'https://steadfast.dev/problems/saga-not-between-attempts'

const update = (change: SagaUpdate, generation = 1) => api.store.write(updateSaga(ref(generation), now(), change))
const attemptFails = (generation = 1) =>
  update(
    {
      task: 'ended',
      attempt: {
        step: 'mail',
        action: 'do',
        startedAt: now(),
        endedAt: now(),
        outcome: 'failed',
        error: { name: 'Error' },
      },
      slot: { number: generation, id: api.runtime.newId() },
    },
    generation,
  )
const attemptBegins = (generation = 1) =>
  update({ state: 'running', task: { action: 'do', steps: ['mail'], startedAt: now() } }, generation)

const runNow = (generation = 1, call: { key?: string } = {}, person: typeof admin = admin, on = api) =>
  on.call(person, runSagaNow, { params: { sagaId }, body: { generation }, ...call })

beforeEach(startRunningSaga)

describe('a saga that is to run now', () => {
  beforeEach(async () => {
    await attemptFails()
  })

  it('goes on as its next generation, by an event in one transaction with its row', async () => {
    const answer = await runNow()
    expect(answer).toMatchObject({ status: 200, json: { id: sagaId, state: 'running', generation: 2 } })
    expect(answer.headers.ETag).toBe('"1"')
    const [event] = (await allRows(api.store, 'Events')).filter(({ type }) => type === 'saga.run_now_requested')
    expect(event).toMatchObject({
      aggregate: { type: 'saga', id: sagaId },
      seq: 1,
      actor: admin.id,
      data: { generation: 2 },
    })
    expect((await allRows(api.store, 'Outbox')).map(({ event }) => event)).toContainEqual(
      expect.objectContaining({ type: 'saga.run_now_requested' }),
    )
    expect(machines.started).toHaveLength(1)
    expect(await deliver()).toEqual({ batchItemFailures: [] })
    expect(machines.started.map(({ name }) => name)).toEqual([nameOf(1), nameOf(2)])
    expect(machines.started[1]?.input).toMatchObject({ sagaId, generation: 2 })
  })

  it('keeps its first answer for a repeated key, and starts nothing more', async () => {
    const first = await runNow(1, { key: 'k' })
    await deliver()
    await attemptFails(2)
    const again = await runNow(1, { key: 'k' })
    expect([again.status, again.text]).toEqual([first.status, first.text])
    expect(again.headers['Idempotent-Replayed']).toBe('true')
    await deliver()
    expect(machines.started).toHaveLength(2)
    expect(await saga()).toMatchObject({ generation: 2, version: 1 })
  })

  it('is hurried once when two operators ask at once', async () => {
    const answers = await Promise.all([runNow(), runNow()])
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409])
    expect((await runNow()).json.type).toBe(between)
    expect(await saga()).toMatchObject({ generation: 2, version: 1 })
  })

  it('is left alone when an attempt begins before the commit, and supersedes one that begins after it', async () => {
    let isFirst = true
    const racing = api.withStore(
      interceptStore(api.store, async (call, proceed) => {
        const isCommit = call.method === 'transactWrite' && call.args[0].some(({ table }) => table === 'Sagas')
        if (isCommit && isFirst) {
          isFirst = false
          await attemptBegins()
        }
        return proceed()
      }),
    )
    expect((await runNow(1, {}, admin, racing)).json.type).toBe(between)
    expect(isFirst).toBe(false)
    expect(await saga()).toMatchObject({ generation: 1, version: 0 })
    await attemptFails()
    await runNow()
    expect((await attemptBegins()).status).toBe('condition-failed')
  })

  it('is left alone when it begins to wait for a release before the commit: its task token stays', async () => {
    const held = { dependency: 'mail', since: now(), token: 'token' }
    const racing = api.withStore(
      interceptStore(api.store, async (call, proceed) => {
        const isCommit = call.method === 'transactWrite' && call.args[0].some(({ table }) => table === 'Sagas')
        if (isCommit && !(await saga()).held) await update({ state: 'running', held })
        return proceed()
      }),
    )
    expect((await runNow(1, {}, admin, racing)).json.type).toBe(between)
    expect(await saga()).toMatchObject({ generation: 1, version: 0, held })
  })

  it('does each step once: the execution that waited out its delay is superseded', async () => {
    const mailer = new MemoryMailer()
    const tools = { mailer, mailFrom: 'support@example.com', runtime: api.runtime }
    const run = taskRunner(notification, { store: api.store, runtime: api.runtime, tools })
    const task = { action: 'do', tenant: admin.tenant, sagaId, steps: ['notice', 'budget', 'mail', 'record'] }
    await runNow()
    await expect(run({ ...task, generation: 1 })).rejects.toThrow(expect.objectContaining({ name: superseded }))
    await run({ ...task, generation: 2 })
    await expect(run({ ...task, generation: 1 })).rejects.toThrow(expect.objectContaining({ name: superseded }))
    expect(await saga()).toMatchObject({ state: 'completed', generation: 2 })
    expect(await allRows(api.store, 'Notices')).toHaveLength(1)
    await deliver()
    expect(machines.started).toHaveLength(1)
  })

  it('is started by the delivery, however late and often it comes, when the first one stopped half way', async () => {
    await runNow()
    const crash = {
      ...deps(),
      machines: Object.assign(Object.create(machines), { start: () => Promise.reject(new Error('timeout')) }),
    }
    expect(await deliver(crash)).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] })
    await deliver()
    await deliver()
    expect(machines.started.map(({ name }) => name)).toEqual([nameOf(1), nameOf(2)])
  })

  it('is started by reconciliation without any delivery', async () => {
    await runNow()
    api.runtime.advance(quietAfterMs)
    expect(await reconcileSagas(deps(), Number.POSITIVE_INFINITY)).toMatchObject({ started: 1, nextGenerations: 0 })
    expect(machines.started.map(({ name }) => name)).toEqual([nameOf(1), nameOf(2)])
  })

  it('is ignored by a late delivery once it is in a later generation', async () => {
    await runNow()
    await attemptFails(2)
    await runNow(2)
    machines.started.length = 0
    await deliver()
    expect(machines.started.map(({ name }) => name)).toEqual([nameOf(3)])
  })

  it('does not come nearer to the number of executions that may be lost', async () => {
    for (let generation = 1; generation <= generationsMax; generation++) {
      await runNow(generation)
      await deliver()
      await attemptFails(generation + 1)
    }
    machines.end({ machineArn, name: nameOf(generationsMax + 1) })
    api.runtime.advance(quietAfterMs)
    const round = await reconcileSagas(deps(), Number.POSITIVE_INFINITY)
    expect(round).toMatchObject({ nextGenerations: 1, parked: 0 })
  })

  it('must be between two attempts', async () => {
    await park('P1')
    expect((await runNow()).json.type).toBe(between)
    await startRunningSaga()
    expect((await runNow()).json.type).toBe(between)
  })

  it('must be of the definition that this code has', async () => {
    await update({ definition: 'earlier' })
    expect((await runNow()).json).toMatchObject({ type: between, detail: expect.stringContaining('another version') })
  })

  it('must be of the form that is deployed', async () => {
    const [row = {}] = await allRows(api.store, 'Sagas')
    const scanned = { name: 'attachment', definition: definitionVersion(scannedAttachment) }
    await api.store.write({ kind: 'put', table: 'Sagas', row: { ...row, ...scanned } as never })
    const ask = (isScanned: boolean) =>
      api.call(admin, runSagaNowEndpoint({ isScanned }), { params: { sagaId }, body: { generation: 1 } })
    expect((await ask(false)).json).toMatchObject({ type: between, detail: expect.stringContaining('or setting') })
    expect((await ask(true)).status).toBe(200)
  })

  it('can be asked for by admins of its tenant only', async () => {
    expect((await runNow(1, {}, agent)).status).toBe(403)
    expect((await runNow(1, {}, customer)).status).toBe(403)
    expect((await runNow(1, {}, { ...stranger, role: 'admin' })).status).toBe(404)
    expect(await saga()).toMatchObject({ generation: 1, version: 0 })
  })
})
