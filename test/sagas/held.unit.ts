import { describe, expect, it } from 'vitest'
import { compile } from '../../sagas/compile.ts'
import { notification } from '../../sagas/notification/notification.ts'
import { shapes } from '../../sagas/phases.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import { putHolds } from '../../tables/settings.ts'
import { interceptStore } from '../fixtures/intercepted-store.ts'
import { type Driven, drive } from './drive-machine.ts'
import { expectDefinedEnd } from './expect-defined-end.ts'
import { type FaultPlan, faults } from './faults.ts'
import { HeldCase } from './held-case.ts'
import { functionArn, tenant } from './notification-fixture.ts'

const waitForRelease = 'wait for release of what is held'

const held = async (plan?: FaultPlan) => (await new HeldCase({ plan }).begin('ok')).hold()

describe('a saga whose mail is held', () => {
  it('waits before the call, after one attempt, and its row says what for', async () => {
    const saga = await held()
    const driven = await saga.run()
    expect(driven.status).toBe('waiting')
    expect(driven.visited.at(-1)).toBe(waitForRelease)
    const { saga: row, mails, fences } = await saga.outcome()
    expect(mails).toEqual([])
    expect(row).toMatchObject({ state: 'running', held: { dependency: 'mail', token: expect.any(String) } })
    expect(row.task).toBeUndefined()
    expect(fences).toEqual({ notice: 'done', budget: 'done', mail: 'absent', record: 'absent' })
    expect(row.timeline.at(-1)).toMatchObject({
      step: 'mail',
      outcome: 'failed',
      error: { name: 'StepHeld', message: 'mail: mail is held' },
    })
    expect(saga.payloads.map(({ action }) => action)).toEqual(['do', 'resolve-pivot', 'await-release'])
  })

  it('goes on when it is released, and sends its mail once', async () => {
    const saga = await held()
    const waiting = await saga.run()
    await saga.release()
    expect((await waiting.resume()).status).toBe('succeeded')
    expect(await expectDefinedEnd(saga, 'ok', 'released')).toBe('completed')
    expect((await saga.outcome()).saga).not.toHaveProperty('held')
    expect(saga.mailer.sent).toHaveLength(1)
  })

  it('waits again when it is woken while the mail is held, or held anew', async () => {
    const saga = await held()
    let driven = await saga.run()
    for (let times = 0; times < 3; times++) {
      driven = await driven.resume()
      expect(driven.visited.at(-1)).toBe(waitForRelease)
    }
    expect(saga.mailer.sent).toEqual([])
    expect((await saga.outcome()).saga.held).toMatchObject({ dependency: 'mail' })
  })

  it('tells by its timeline that it was held, also when the end of that attempt could not be recorded', async () => {
    const store = interceptStore(new MemoryStore(), async ({ method, args }, proceed) => {
      const text = method === 'write' ? JSON.stringify(args) : ''
      if (text.includes('StepHeld') && text.includes('failed')) throw new Error('not now')
      return proceed()
    })
    const saga = await (await new HeldCase({ store }).begin('ok')).hold()
    await saga.run()
    const { timeline, held: wait } = (await saga.outcome()).saga
    expect(wait).toMatchObject({ dependency: 'mail' })
    expect(timeline.at(-1)).toMatchObject({ step: 'mail', outcome: 'lost', error: { name: 'StepHeld' } })
  })

  it('is not concerned by a hold on something else', async () => {
    const saga = await (await new HeldCase().begin('ok')).hold('webhook:mail')
    expect((await saga.run()).status).toBe('succeeded')
    expect(saga.mailer.sent).toHaveLength(1)
  })

  it('waits also when the answer to an earlier call was lost, and repeats it with the same id', async () => {
    const saga: HeldCase = new HeldCase({
      plan: ({ kind }) => (kind === 'mail' && !saga.isHeld ? 'lost-answer' : undefined),
    })
    await saga.begin('ok')
    let tasks = 0
    const waiting = await saga.run(async () => {
      if (++tasks === 2) await saga.hold()
    })
    expect(waiting.visited.at(-1)).toBe(waitForRelease)
    expect((await saga.outcome()).fences.mail).toBe('intent')
    expect(saga.mailer.sent).toHaveLength(1)
    saga.calls.happened.length = 0
    await saga.store.write(putHolds(tenant, { holds: [] }))
    expect((await waiting.resume()).status).toBe('succeeded')
    expect(new Set(saga.mailer.sent.map(({ id }) => id)).size).toBe(1)
    expect(await expectDefinedEnd(saga, 'ok', 'released')).toBe('completed')
  })

  it('does not wait when it compensates already', async () => {
    const saga = await new HeldCase().begin('bounce')
    let tasks = 0
    const driven = await saga.run(async () => {
      if (++tasks === 2) await saga.hold()
    })
    expect(driven.status).toBe('succeeded')
    expect(await expectDefinedEnd(saga, 'bounce', 'refused')).toBe('compensated')
  })

  it.each(['still held', 'released meanwhile'])(
    'waits where an engine loses the names of errors, instead of compensating: %s',
    async (when) => {
      const saga = await held()
      const driven = await drive(compile(notification, { functionArn }), saga.input, async (payload) => {
        if (payload.action === 'resolve-pivot' && when === 'released meanwhile') await saga.release()
        return saga.invoke(payload).catch((error: Error) => {
          throw new Error(error.message)
        })
      })
      expect(driven.visited.at(-1)).toBe(waitForRelease)
      await saga.release()
      await driven.resume()
      expect(await expectDefinedEnd(saga, 'ok', when)).toBe('completed')
    },
  )

  it('waits also after a lost answer where an engine loses the names of errors, and repeats the call with the same id', async () => {
    const saga: HeldCase = new HeldCase({
      plan: ({ kind }) => (kind === 'mail' && !saga.isHeld ? 'lost-answer' : undefined),
    })
    await saga.begin('ok')
    const driven = await drive(compile(notification, { functionArn }), saga.input, async (payload) => {
      if (payload.action === 'resolve-pivot') await saga.hold()
      return saga.invoke(payload).catch((error: Error) => {
        throw new Error(error.message)
      })
    })
    expect(driven.visited.at(-1)).toBe('wait for operator to resume completion')
    const { saga: row, fences } = await saga.outcome()
    expect(fences.mail).toBe('intent')
    expect(row).toMatchObject({ state: 'running', held: { dependency: 'mail', token: expect.any(String) } })
    expect(row).not.toHaveProperty('parking')
    const sent = saga.mailer.sent.length
    await saga.release()
    saga.isHeld = true
    expect((await driven.resume()).status).toBe('succeeded')
    expect(saga.mailer.sent).toHaveLength(sent + 1)
    expect(new Set(saga.mailer.sent.map(({ id }) => id)).size).toBe(1)
    expect(await expectDefinedEnd(saga, 'ok', 'released')).toBe('completed')
  })
})

describe.each(shapes)('one fault in any call of a saga that is held and released (%s)', (shape) => {
  it.each(faults)('makes no call while it is held, and leaves it completed with its mail sent: %s', async (fault) => {
    let ended = 0
    for (const copies of ['none', 'after', 'beside'] as const) {
      for (let number = 1; number < 200; number++) {
        const label = `${fault} at call ${number}, copies ${copies}`
        const plan: FaultPlan = (call) => (call.number === number ? fault : undefined)
        const saga = await (await new HeldCase({ shape, copies, plan }).begin('ok')).hold()
        let driven: Driven = await saga.run()
        for (let waits = 0; driven.status === 'waiting'; waits++) {
          if (waits > 5) throw new Error(`${label}: waits again and again`)
          expect(saga.mailer.sent, label).toEqual([])
          const { saga: row } = await saga.outcome()
          expect(row.held ?? row.parking, label).toBeDefined()
          await saga.release()
          driven = await driven.resume()
        }
        expect(driven.status, label).toBe('succeeded')
        await saga.lateCallsLand()
        expect(await expectDefinedEnd(saga, 'ok', label)).toBe('completed')
        if (saga.calls.happened.length === 0) break
        ended++
      }
    }
    expect(ended).toBeGreaterThan(30)
  })
})
