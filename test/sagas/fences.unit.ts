import { describe, expect, it } from 'vitest'
import { notification } from '../../sagas/notification/notification.ts'
import { taskRunner } from '../../sagas/run-task.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import { advanceFence } from '../../tables/step-keys.ts'
import type { Store } from '../../tables/store.ts'
import { interceptStore } from '../fixtures/intercepted-store.ts'
import { expectDefinedEnd } from './expect-defined-end.ts'
import type { FaultPlan } from './faults.ts'
import { NotificationCase, tenant } from './notification-fixture.ts'

const all = ['notice', 'budget', 'mail', 'record']
const error = { Error: 'States.Timeout' }

function payloads(saga: NotificationCase) {
  return {
    do: (steps = all) => ({ ...saga.input, action: 'do', steps }),
    resolvePivot: { ...saga.input, action: 'resolve-pivot', undo: ['budget', 'notice'], error },
    undo: (step: string) => ({ ...saga.input, action: 'undo', undo: [step] }),
    park: (token: string) => ({ ...saga.input, action: 'park', direction: 'compensate', error, token }),
  }
}

describe('a do that runs after its undo', () => {
  it.each(all)('has no effect and compensates: %s', async (step) => {
    const saga = await new NotificationCase().begin('ok')
    await saga.invoke(payloads(saga).resolvePivot)
    const before = await saga.outcome()
    await expect(saga.invoke(payloads(saga).do([step]))).rejects.toMatchObject({ name: 'StepClosed' })
    expect(await saga.outcome()).toEqual(before)
    await expectDefinedEnd(saga, 'ok', 'late')
  })

  it('has no effect even when the do had run before', async () => {
    const saga = await new NotificationCase().begin('ok')
    await saga.invoke(payloads(saga).do(['notice', 'budget']))
    await saga.invoke(payloads(saga).resolvePivot)
    await expect(saga.invoke(payloads(saga).do())).rejects.toMatchObject({ name: 'StepClosed' })
    await expectDefinedEnd(saga, 'ok', 'late')
  })
})

describe('a pivot whose outcome is unknown', () => {
  it('is closed when it had not begun, and every step is undone', async () => {
    const saga = await new NotificationCase().begin('ok')
    await saga.invoke(payloads(saga).do(['notice', 'budget']))
    expect(await saga.invoke(payloads(saga).resolvePivot)).toEqual({ direction: 'compensate' })
    expect((await saga.outcome()).saga).toMatchObject({ state: 'compensated', reason: 'States.Timeout' })
  })

  it('leads forward when it is done', async () => {
    const saga = await new NotificationCase().begin('ok')
    await saga.invoke(payloads(saga).do(['notice', 'budget', 'mail']))
    expect(await saga.invoke(payloads(saga).resolvePivot)).toEqual({ direction: 'forward' })
    expect((await saga.outcome()).fences).toMatchObject({ budget: 'done', notice: 'done', mail: 'done' })
  })

  it('leads forward when its outside call may have been made', async () => {
    const saga = await new NotificationCase({
      plan: ({ kind }) => (kind === 'mail' ? 'error' : undefined),
    }).begin('ok')
    await expect(saga.invoke(payloads(saga).do())).rejects.toMatchObject({ name: 'mail.failed' })
    expect(await saga.invoke(payloads(saga).resolvePivot)).toEqual({ direction: 'forward' })
    expect((await saga.outcome()).saga.reason).toBeUndefined()
  })
})

describe('an outside call', () => {
  it.each(['conflict', 'throttled', 'error', 'lost-answer'] as const)(
    'that has answered is not made again because its fence met: %s',
    async (fault) => {
      let isSent = false
      const plan: FaultPlan = ({ kind }) => {
        if (isSent && kind === 'transaction') {
          isSent = false
          return fault
        }
        if (kind === 'mail') isSent = true
        return undefined
      }
      const saga = await new NotificationCase({ plan }).begin('ok')
      await saga.run()
      expect(saga.calls.happened.length).toBe(1)
      expect((await saga.outcome()).mails.length).toBe(1)
      await expectDefinedEnd(saga, 'ok', fault)
    },
  )
})

describe('an undo', () => {
  it('is refused until the pivot has its tombstone', async () => {
    const saga = await new NotificationCase().begin('ok')
    await saga.invoke(payloads(saga).do())
    await expect(saga.invoke(payloads(saga).undo('budget'))).rejects.toThrow(/before the pivot has its tombstone/)
    await expectDefinedEnd(saga, 'ok', 'early undo')
  })
})

describe('a zombie execution', () => {
  it.each(['do', 'resolvePivot', 'park'] as const)('changes nothing: %s', async (action) => {
    const saga = await new NotificationCase().begin('ok')
    await saga.invoke(payloads(saga).do(['budget']))
    await follow(saga)
    const before = await saga.outcome()
    const task = { do: payloads(saga).do(), resolvePivot: payloads(saga).resolvePivot, park: payloads(saga).park('t') }[
      action
    ]
    await expect(saga.invoke(task)).rejects.toMatchObject({ name: 'ExecutionSuperseded' })
    expect(await saga.outcome()).toEqual(before)
  })

  it('changes nothing even when its task was running already', async () => {
    const saga = await new NotificationCase({
      plan: ({ describe }) => (describe.includes('STEP#notice SAGA') ? 'late' : undefined),
    }).begin('ok')
    await expect(saga.invoke(payloads(saga).do())).rejects.toMatchObject({ name: 'States.Timeout' })
    await follow(saga)
    await saga.lateCallsLand()
    const { fences, notices, mails } = await saga.outcome()
    expect({ fences, notices, mails }).toMatchObject({
      fences: { budget: 'absent', notice: 'absent' },
      notices: [],
      mails: [],
    })
  })

  it('is continued by the next generation over the same fences', async () => {
    const saga = await new NotificationCase().begin('ok')
    await saga.invoke(payloads(saga).do(['notice', 'budget']))
    await follow(saga)
    await saga.invoke({ ...payloads(saga).do(), generation: 2 })
    await expectDefinedEnd(saga, 'ok', 'second generation')
  })

  async function follow(saga: NotificationCase): Promise<void> {
    const rows = await saga.store.scan({ table: 'Sagas' })
    const [row] = rows.rows
    await saga.store.write({ kind: 'put', table: 'Sagas', row: { ...row, pk: String(row?.pk), generation: 2 } })
  }
})

describe('a parked saga', () => {
  it('records since when and why, under an id that each parking has of its own', async () => {
    const saga = await new NotificationCase().begin('ok')
    await saga.invoke(payloads(saga).park('first'))
    const { parking } = (await saga.outcome()).saga
    await saga.invoke(payloads(saga).park('second'))
    const after = (await saga.outcome()).saga
    expect(after).toMatchObject({
      state: 'parked',
      parking: { direction: 'compensate', reason: 'States.Timeout', token: 'second' },
    })
    expect(after.parking?.id).not.toBe(parking?.id)
  })

  it('is reported to the operators', async () => {
    const saga = await new NotificationCase().begin('ok')
    const reported: object[] = []
    const tools = { mailer: saga.mailer, mailFrom: 'support@example.com', runtime: saga.runtime }
    const run = taskRunner(
      notification,
      { store: saga.store, runtime: saga.runtime, tools },
      { parked: (f) => reported.push(f) },
    )
    await run(payloads(saga).park('t'))
    expect(reported).toMatchObject([{ tenant, sagaId: saga.id, reason: 'States.Timeout', correlationId: 'C1' }])
    expect(JSON.stringify(reported)).not.toContain('"t"')
  })

  it('does not come from a saga that has ended', async () => {
    const saga = await new NotificationCase().begin('ok')
    await saga.invoke(payloads(saga).do())
    await expect(saga.invoke(payloads(saga).park('t'))).rejects.toMatchObject({ name: 'ExecutionSuperseded' })
    await expectDefinedEnd(saga, 'ok', 'parked late')
  })
})

describe('the timeline', () => {
  it('shows an attempt that crashed as lost', async () => {
    const saga = await new NotificationCase({
      plan: ({ describe }) => (describe.includes('STEP#notice SAGA') ? 'crash-before' : undefined),
    }).begin('ok')
    await saga.run()
    const { timeline } = (await saga.outcome()).saga
    expect(timeline).toContainEqual(expect.objectContaining({ step: 'notice', action: 'do', outcome: 'lost' }))
  })

  it('shows an undo that crashed as lost', async () => {
    let crashes = 0
    const plan: FaultPlan = ({ describe }) => {
      const isUndo = saga.payloads.at(-1)?.action === 'resolve-pivot' && describe.includes('STEP#notice SAGA')
      return isUndo && crashes++ === 0 ? 'crash-before' : undefined
    }
    const saga = new NotificationCase({ plan: (call) => plan(call) })
    await saga.begin('bounce')
    await saga.run()
    const { timeline } = (await saga.outcome()).saga
    expect(timeline.map(({ step, action, outcome }) => `${action} ${step}: ${outcome}`).slice(3)).toEqual([
      'undo budget: undone',
      'undo notice: lost',
      'undo notice: undone',
    ])
  })

  it('contains no text of the outside service, only the name of its error', async () => {
    const saga = await new NotificationCase().begin('ok')
    saga.mailer.send = async () => {
      throw Object.assign(new Error('ann@example.com is not verified'), { name: 'MailFromDomainNotVerifiedException' })
    }
    await expect(saga.invoke(payloads(saga).do())).rejects.toThrow('mail: MailFromDomainNotVerifiedException')
    const { timeline } = (await saga.outcome()).saga
    expect(timeline.at(-1)?.error).toEqual({
      name: 'MailFromDomainNotVerifiedException',
      message: 'mail: MailFromDomainNotVerifiedException',
    })
    expect(JSON.stringify(await saga.store.scan({ table: 'Sagas' }))).not.toContain('ann@')
    expect(JSON.stringify(await saga.store.scan({ table: 'StepKeys' }))).not.toContain('ann@')
  })

  it('has a bounded length', async () => {
    const saga = await new NotificationCase({
      plan: ({ kind, number }) => (kind === 'mail' && number < 5_000 ? 'error' : undefined),
    }).begin('ok')
    for (let attempt = 0; attempt < 300; attempt++) await saga.invoke(payloads(saga).do()).catch(() => undefined)
    const { timeline } = (await saga.outcome()).saga
    expect(timeline.length).toBeGreaterThan(150)
    expect(timeline.length).toBeLessThanOrEqual(201)
  })
})

describe('a fence', () => {
  const ref = { tenant, sagaId: 's', step: 'budget' }

  it('can only advance along its transition table', () => {
    const refused = [
      ['done', { state: 'tombstone' }],
      ['tombstone', { state: 'done', result: null }],
      ['undone', { state: 'done', result: null }],
      ['absent', { state: 'undone' }],
      ['done', { state: 'intent' }],
    ] as const
    for (const [was, to] of refused)
      expect(() => advanceFence(ref, was, to, { atMs: 0, endsSaga: false }), `${was} ${to.state}`).toThrow(
        /can't become/,
      )
  })

  it.each(['ok', 'bounce'] as const)(
    'never expires while its saga is live, and 120 days after its end: %s',
    async (address) => {
      const inner = new MemoryStore()
      const seen: { state: unknown; expiries: unknown[] }[] = []
      const store = interceptStore(inner, async ({ method }, proceed) => {
        const answer = await proceed()
        const [row] = (await inner.scan({ table: 'Sagas' })).rows
        if (method === 'transactWrite') seen.push({ state: row?.state, expiries: await expiriesIn(inner) })
        return answer
      })
      const saga = await new NotificationCase({ store }).begin(address)
      await saga.run()
      const live = seen.filter(({ state }) => state === 'pending' || state === 'running')
      expect(live.flatMap(({ expiries }) => expiries).length).toBeGreaterThan(5)
      expect(new Set(live.flatMap(({ expiries }) => expiries))).toEqual(new Set([undefined]))
      const days = (await expiriesIn(inner)).map((expiry) => (Number(expiry) - saga.runtime.now() / 1000) / 86_400)
      expect(days.map(Math.round)).toEqual(Array(address === 'ok' ? 4 : 3).fill(120))
    },
  )
})

/** When each stored fence expires: epoch seconds, or undefined for never. */
async function expiriesIn(store: Store): Promise<unknown[]> {
  return (await store.scan({ table: 'StepKeys' })).rows.map(({ expiresAt }) => expiresAt)
}
