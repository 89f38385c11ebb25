import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn'
import { SfnCallbacks } from '../../../gateways/callbacks-sfn.ts'
import { SfnStateMachines } from '../../../gateways/state-machines-sfn.ts'
import type { InvokeResult } from '../../../localstack/embedded/ports.ts'
import { createStepFunctions } from '../../../localstack/embedded/step-functions/step-functions.ts'
import { startOpenEdge } from '../../../localstack/embedded/test/edge/start-open-edge.ts'
import type { StateMachine } from '../../../sagas/asl.ts'
import { type FunctionCall, factsOf, type MachineFixture } from './machine-fixture.ts'

/** Equals the shortest delay with half of the jitter. */
const stepMs = 500

/** The embedded Step Functions behind the edge, with a clock that stands still until the fixture moves it. */
export async function stepFunctionsFixture(machine: StateMachine): Promise<MachineFixture> {
  const folder = await mkdtemp(join(tmpdir(), 'steadfast-machines-'))
  const log = { info() {}, warn() {} }
  const startMs = Date.UTC(2026, 2, 1)
  let nowMs = startMs
  const calls: FunctionCall[] = []
  const states = createStepFunctions({
    databasePath: join(folder, 'journal.sqlite'),
    now: () => nowMs,
    random: () => 0.5,
    log,
    invoke(_, payload) {
      const ended = Promise.withResolvers<InvokeResult>()
      calls.push({
        ...factsOf(payload as Record<string, unknown>, nowMs, startMs),
        hasEnded: false,
        async end(how) {
          this.hasEnded = true
          if ('result' in how) ended.resolve({ status: 'succeeded', payload: how.result })
          else ended.resolve({ status: 'failed', errorType: how.error, errorMessage: '' })
          await settle()
        },
      })
      return ended.promise
    },
  })
  states.start()
  const edge = await startOpenEdge({ services: { states }, log })
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  const config = { endpoint: edge.origin, region: 'us-east-1', credentials }
  const client = new SFNClient(config)
  const { stateMachineArn: machineArn = '' } = await client.send(
    new CreateStateMachineCommand({
      name: 'machine',
      roleArn: 'arn:aws:iam::000000000000:role/states',
      definition: JSON.stringify(machine),
    }),
  )

  /** Waits until a few turns in a row bring no further call. */
  async function settle(): Promise<void> {
    for (let quiet = 0, before = -1; quiet < 5; quiet = calls.length === before ? quiet + 1 : 0) {
      before = calls.length
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  const machines = new SfnStateMachines(config)
  const callbacks = new SfnCallbacks(config)
  return {
    machineArn,
    calls,
    machines: {
      start: (start) => machines.start(start).finally(settle),
      describe: (execution) => machines.describe(execution),
    },
    callbacks: { succeed: (token) => callbacks.succeed(token).finally(settle) },
    async advance(seconds) {
      for (const endMs = nowMs + seconds * 1000; nowMs < endMs; ) {
        nowMs += stepMs
        states.wake()
        await settle()
      }
    },
    async close() {
      client.destroy()
      await edge.stop()
      for (const call of calls) await call.end({ error: 'TestOver' })
      await states.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
