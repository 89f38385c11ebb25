import { describe, expect, it } from 'vitest'
import { compile } from '../../sagas/compile.ts'
import { notification } from '../../sagas/notification/notification.ts'
import { type Shape, shapes } from '../../sagas/phases.ts'
import { definitionVersion } from '../../sagas/version.ts'
import { nextGeneration } from '../../tables/sagas.ts'
import { drive } from './drive-machine.ts'
import { expectDefinedEnd } from './expect-defined-end.ts'
import type { Fault } from './faults.ts'
import { functionArn, NotificationCase, tenant } from './notification-fixture.ts'

const definition = definitionVersion(notification)
const never = new Promise<never>(() => {})

/** Runs until a call meets the fault; then the execution is stopped from outside, before its next state. */
async function runUntilStopped(saga: NotificationCase, shape: Shape): Promise<void> {
  const stopped = Promise.withResolvers<void>()
  const run = drive(compile(notification, { functionArn, shape }), saga.input, async (payload) => {
    try {
      return await saga.task(payload)
    } catch (error) {
      if (saga.calls.happened.length === 0) throw error
      stopped.resolve()
      return never
    }
  })
  await Promise.race([run, stopped.promise])
}

async function succeed(saga: NotificationCase, shape: Shape): Promise<'succeeded' | 'had-ended'> {
  const at = new Date(saga.runtime.now()).toISOString()
  const ref = { tenant, id: saga.id, generation: 1 }
  const { status } = await saga.store.write(nextGeneration(ref, at, { state: 'running', definition }))
  if (status === 'condition-failed') return 'had-ended'
  const input = { ...saga.input, generation: 2 }
  const driven = await drive(compile(notification, { functionArn, shape }), input, (payload) => saga.task(payload))
  expect(driven.status).toBe('succeeded')
  return 'succeeded'
}

describe.each(shapes)('the next generation of a saga (%s)', (shape) => {
  it.each([
    ['ok', 'crash-before'],
    ['ok', 'crash-after'],
    ['ok', 'late'],
    ['bounce', 'crash-before'],
    ['bounce', 'crash-after'],
    ['bounce', 'late'],
  ] as const)('ends what was stopped at any call, each effect once (%s, %s)', async (address, fault: Fault) => {
    const whole = await new NotificationCase({ shape }).begin(address)
    await whole.run()
    const generations: Record<string, number> = {}
    for (let number = 1; number <= whole.calls.count; number++) {
      const label = `${address}, ${fault} at call ${number}`
      const plan = (call: { number: number }) => (call.number === number ? fault : undefined)
      const saga = await new NotificationCase({ shape, plan }).begin(address)
      await runUntilStopped(saga, shape)
      const outcome = await succeed(saga, shape)
      generations[outcome] = (generations[outcome] ?? 0) + 1
      await saga.lateCallsLand()
      await expectDefinedEnd(saga, address, label)
    }
    expect(generations.succeeded).toBeGreaterThan(5)
  })
})
