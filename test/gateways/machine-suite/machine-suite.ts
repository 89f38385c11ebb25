import { afterEach, describe, expect, it } from 'vitest'
import type { StateMachine } from '../../../sagas/asl.ts'
import { attachment } from '../../../sagas/attachment/attachment.ts'
import { compile } from '../../../sagas/compile.ts'
import { notification } from '../../../sagas/notification/notification.ts'
import { longRetry, shortRetry } from '../../../sagas/retry.ts'
import type { Saga } from '../../../sagas/saga.ts'
import { closed, refused, superseded } from '../../../sagas/step-errors.ts'
import type { FunctionCall, FunctionEnd, MachineFixture } from './machine-fixture.ts'

export const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:run-step'
export const input = { tenant: 'acme', sagaId: 'saga-1', generation: 1 }

/** How long a machine waits for an upload. */
export const waitSeconds = 20
const steps = notification.steps.map(({ name }) => name)
const done: FunctionEnd = { result: {} }
const compensate: FunctionEnd = { result: { direction: 'compensate' } }

/**
 * What our sagas rely on of a state machine, on compiled sagas themselves: for the twin of the simulation and for Step Functions. All
 * delays have half of their full jitter.
 */
export function machineSuite(open: (machine: StateMachine) => Promise<MachineFixture>): void {
  let fixture: MachineFixture
  afterEach(() => fixture?.close())

  async function begin(saga: Saga): Promise<void> {
    fixture = await open(compile(saga, { functionArn, waitSeconds: { upload: waitSeconds } }))
    expect(await fixture.machines.start({ ...execution(), input })).toBe('started')
  }

  const execution = () => ({ machineArn: fixture.machineArn, name: 'saga-1-1' })
  const status = () => fixture.machines.describe(execution())
  const last = (): FunctionCall => {
    const call = fixture.calls.at(-1)
    if (!call) throw new Error('nothing was called')
    return call
  }
  const waitsOf = () =>
    fixture.calls.map(({ atSeconds }, index) => atSeconds - (fixture.calls[index - 1]?.atSeconds ?? 0))

  describe('an execution', () => {
    it('is started once by its name: the same start again finds it running, another one or a later one is told', async () => {
      await begin(notification)
      expect(await fixture.machines.start({ ...execution(), input })).toBe('started')
      expect(await fixture.machines.start({ ...execution(), input: { ...input, generation: 2 } })).toBe(
        'already-started',
      )
      expect(fixture.calls).toHaveLength(1)
      expect(await status()).toBe('running')
      await last().end({ error: superseded })
      expect(await status()).toBe('ended')
      expect(await fixture.machines.start({ ...execution(), input })).toBe('already-started')
      expect(fixture.calls).toHaveLength(1)
      expect(await fixture.machines.describe({ ...execution(), name: 'saga-2-1' })).toBe('absent')
    })

    it('gives each task the saga, what it asks for and when its state was entered, and ends after the last one', async () => {
      await begin(notification)
      expect(last().payload).toEqual({ ...input, action: 'do', steps, enteredAt: 0 })
      await fixture.advance(1)
      await last().end({ error: refused })
      expect(last().payload).toMatchObject({ ...input, action: 'resolve-pivot', enteredAt: 1 })
      await last().end(compensate)
      expect(await status()).toBe('ended')
      await fixture.close()
      await begin(notification)
      await last().end(done)
      expect(await status()).toBe('ended')
    })
  })

  describe('a task that fails', () => {
    it('is tried again with growing delays up to a limit, and then caught', async () => {
      await begin(notification)
      for (let tries = 0; tries <= shortRetry.retriesMax; tries++) {
        await last().end({ error: 'Error' })
        await fixture.advance(8)
      }
      expect(fixture.calls.map(({ payload }) => payload.action)).toEqual([...Array(5).fill('do'), 'resolve-pivot'])
      // Each retry comes half of its delay after the failure, which was seen 8 seconds after the one before.
      expect(waitsOf().slice(1)).toEqual([0.5, 8 - 0.5 + 1, 8 - 1 + 2, 8 - 2 + 4, 8 - 4])
      expect(fixture.calls.map(({ payload }) => payload.enteredAt).slice(0, 5)).toEqual(Array(5).fill(0))
    })

    it('is not tried again after an error that says so', async () => {
      for (const error of [refused, closed]) {
        await begin(notification)
        await last().end({ error })
        expect(last().payload).toMatchObject({ action: 'resolve-pivot' })
        await fixture.close()
      }
    })

    it('tells the one that catches it which error it was', async () => {
      await begin(notification)
      await last().end({ error: refused })
      expect(last().payload.error).toMatchObject({ Error: refused, Cause: expect.stringContaining(refused) })
    })

    it('is retried by the first retrier that names its error, each with a count of its own', async () => {
      await begin(notification)
      for (let tries = 0; tries < 6; tries++) {
        await last().end({ error: 'Lambda.TooManyRequestsException' })
        await fixture.advance((longRetry.intervalSeconds * longRetry.backoffRate ** tries) / 2)
        expect(fixture.calls).toHaveLength(tries + 2)
      }
      await last().end({ error: 'Error' })
      await fixture.advance(1)
      expect(fixture.calls).toHaveLength(8)
      expect(last().payload.action).toBe('do')
    })
  })

  it('a task that does not answer in time is tried again, and its late answer changes nothing', async () => {
    await begin(notification)
    const [first] = fixture.calls
    const TimeoutSeconds = notification.steps.reduce((sum, { timeoutSeconds }) => sum + timeoutSeconds, 0)
    await fixture.advance(TimeoutSeconds)
    expect(fixture.calls).toHaveLength(1)
    await fixture.advance(0.5)
    expect(fixture.calls).toHaveLength(2)
    await first?.end(done)
    expect(fixture.calls).toHaveLength(2)
    expect(await status()).toBe('running')
    await last().end(done)
    expect(await status()).toBe('ended')
  })

  it('what a task decides is where its execution goes: forward to the pivot, or into compensation and to its end', async () => {
    await begin(notification)
    await last().end({ error: refused })
    await last().end({ result: { direction: 'forward' } })
    expect(last().payload).toMatchObject({ action: 'do' })
    await last().end({ error: refused })
    expect(last().payload).toMatchObject({ action: 'resolve-pivot' })
    await last().end(compensate)
    expect(await status()).toBe('ended')
  })

  describe('a task that waits for a token', () => {
    /** The first task of the upload waits for it. */
    async function wait(): Promise<FunctionCall> {
      await begin(attachment)
      while (last().token === undefined) await last().end(done)
      return last()
    }

    /** A wait without a timeout. */
    async function waitForRelease(): Promise<FunctionCall> {
      await begin(notification)
      await last().end({ error: refused })
      await last().end({ result: { direction: 'held' } })
      expect(last().payload.action).toBe('await-release')
      return last()
    }

    it('goes on when it is called back, once, before or after its function has returned', async () => {
      for (const isEarly of [true, false]) {
        const waiting = await wait()
        if (!isEarly) await waiting.end(done)
        expect(await fixture.callbacks.succeed(String(waiting.token))).toBe('delivered')
        if (isEarly) await waiting.end(done)
        expect(last()).not.toBe(waiting)
        const calls = fixture.calls.length
        expect(await fixture.callbacks.succeed(String(waiting.token))).toBe('task-closed')
        expect(fixture.calls).toHaveLength(calls)
        await fixture.close()
      }
    })

    it('does not go on by the end of its function, nor by a token that nobody waits under', async () => {
      const waiting = await wait()
      await waiting.end({ result: { any: 'thing' } })
      expect(await fixture.callbacks.succeed('AQB-of-nobody')).toBe('task-closed')
      await fixture.advance(10)
      expect(last()).toBe(waiting)
      expect(await status()).toBe('running')
    })

    it('goes on as the machine says when its time is over, and its token is closed', async () => {
      const waiting = await wait()
      await waiting.end(done)
      await fixture.advance(waitSeconds)
      expect(last()).not.toBe(waiting)
      expect(last().payload.action).toBe('do')
      expect(await fixture.callbacks.succeed(String(waiting.token))).toBe('task-closed')
    })

    it('is tried again under another token when its function fails', async () => {
      for (const begun of [wait, waitForRelease]) {
        const waiting = await begun()
        await waiting.end({ error: 'Error' })
        await fixture.advance(1)
        expect(last().token).not.toBe(waiting.token)
        expect(last().payload).toEqual({ ...waiting.payload, attempt: 1 })
        expect(await fixture.callbacks.succeed(String(waiting.token))).toBe('task-closed')
        expect(await fixture.callbacks.succeed(String(last().token))).toBe('delivered')
        await fixture.close()
      }
    })
  })
}
