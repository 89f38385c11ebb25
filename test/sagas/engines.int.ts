import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { failure, TestStack } from '../../localstack/embedded/test/step-functions/step-functions-fixture.ts'
import { openEngineStore } from '../../proof/engine-store.ts'
import { compile } from '../../sagas/compile.ts'
import { notification } from '../../sagas/notification/notification.ts'
import { shapes } from '../../sagas/phases.ts'
import { toWrite } from '../../tables/changes.ts'
import { expectDefinedEnd } from './expect-defined-end.ts'
import type { FaultPlan } from './faults.ts'
import { type Address, functionArn, NotificationCase } from './notification-fixture.ts'

let stack: TestStack | undefined
let engine: Awaited<ReturnType<typeof openEngineStore>> | undefined
afterEach(async () => {
  await stack?.close()
  await engine?.close()
  stack = undefined
  engine = undefined
})

const mailFailed = expect.objectContaining({ step: 'mail', outcome: 'failed' })

/** The saga's function as Lambda runs it: errors are reported by name and message. */
function embedded(saga: NotificationCase): TestStack {
  stack = new TestStack({ functions: { 'run-notification-step': (payload: never) => saga.task(payload) } })
  return stack
}

describe.each(shapes)('on the embedded Step Functions, a notification saga (%s)', (shape) => {
  const machine = compile(notification, { functionArn, shape })

  it.each([
    ['ok', 'completed', { phases: 1, steps: 4 }],
    ['none', 'completed', { phases: 1, steps: 4 }],
    ['bounce', 'compensated', { phases: 4, steps: 8 }],
  ] as const)('ends as its address lets it, within its price: %s', async (address, state, transitions) => {
    const saga = await new NotificationCase({ shape }).begin(address)
    const { arn, status } = await embedded(saga).run(machine, saga.input)
    expect(status).toBe('SUCCEEDED')
    expect(await expectDefinedEnd(saga, address, address)).toBe(state)
    expect(stack?.service.transitions(arn)).toBe(transitions[shape])
  })

  it('retries a crashed function and a mail service that is down, each by its own policy', async () => {
    let mails = 0
    const plan: FaultPlan = ({ kind, number }) => {
      if (kind === 'mail') return ++mails < 6 ? 'error' : undefined
      return number === 3 ? 'crash-after' : undefined
    }
    const saga = await new NotificationCase({ shape, plan }).begin('ok')
    expect((await embedded(saga).run(machine, saga.input)).status).toBe('SUCCEEDED')
    expect(await expectDefinedEnd(saga, 'ok', 'retries')).toBe('completed')
    expect(mails).toBe(6)
  })

  it('that is to run now sends its mail once, and the execution that waits out its delay ends without a trace', async () => {
    let isDown = true
    const saga = await new NotificationCase({
      shape,
      plan: ({ kind }) => (kind === 'mail' && isDown ? 'error' : undefined),
    }).begin('ok')
    const running = embedded(saga)
    const first = await running.begin(machine, saga.input)
    await running.settle()
    isDown = false
    const { saga: failing } = await saga.outcome()
    expect(failing).toMatchObject({ state: 'running', generation: 1, timeline: expect.arrayContaining([mailFailed]) })
    const change = {
      operation: 'run-now',
      entity: 'saga',
      sagaId: saga.id,
      generation: 1,
      version: 1,
      at: failing.startedAt,
    } as const
    expect(await saga.store.write(toWrite(saga.input.tenant, change))).toEqual({ status: 'done' })
    const second = await running.begin(machine, { ...saga.input, generation: 2 })
    await running.settle()
    expect((await running.outcome(second)).status).toBe('SUCCEEDED')
    expect(await expectDefinedEnd(saga, 'ok', 'run now')).toBe('completed')
    const ended = await saga.outcome()
    running.clock.advance(600)
    running.service.wake()
    await running.settle()
    expect((await running.outcome(first)).status).toBe('SUCCEEDED')
    expect(await saga.outcome()).toEqual(ended)
    expect(ended).toMatchObject({ saga: { generation: 2, version: 1 }, mails: [expect.anything()] })
  })

  it("compensates when its function can't run at all, and waits for an operator when that fails too", async () => {
    const saga = await new NotificationCase({ shape }).begin('ok')
    let isDown = true
    const token: string[] = []
    stack = new TestStack({
      functions: {
        'run-notification-step': (payload: Record<string, unknown>) => {
          if (payload.action === 'park') token.push(String(payload.token))
          else if (isDown) throw failure('Lambda.TooManyRequestsException')
          return saga.task(payload)
        },
      },
    })
    const arn = await stack.begin(machine, saga.input)
    for (let minute = 0; minute < 60 && token.length === 0; minute++) {
      stack.clock.advance(60)
      stack.service.wake()
      await stack.settle()
    }
    expect((await saga.outcome()).saga).toMatchObject({ state: 'parked', parking: { direction: 'compensate' } })
    isDown = false
    await stack.call('SendTaskSuccess', { taskToken: token[0], output: '{}' })
    await stack.settle()
    expect((await stack.outcome(arn)).status).toBe('SUCCEEDED')
    expect(await expectDefinedEnd(saga, 'ok', 'resumed')).toBe('compensated')
    expect((await saga.outcome()).saga.reason).toBe('Lambda.TooManyRequestsException')
  })
})

describe("on DynamoDB's engine, a notification saga", () => {
  beforeEach(async () => {
    engine = await openEngineStore()
  })

  it.each(['ok', 'none', 'bounce'] as const)(
    'ends as in memory, with every task run twice at once: %s',
    async (address: Address) => {
      const saga = await new NotificationCase({ copies: 'beside', ...(engine && { store: engine.store }) }).begin(
        address,
      )
      expect((await saga.run()).status).toBe('succeeded')
      expect(await expectDefinedEnd(saga, address, address)).toBe(address === 'bounce' ? 'compensated' : 'completed')
    },
  )
})
