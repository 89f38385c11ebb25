import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import {
  DescribeStateMachineCommand,
  SFNClient,
  StopExecutionCommand,
  UpdateStateMachineCommand,
} from '@aws-sdk/client-sfn'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { synthesizeApp } from '../../commands/stack/synthesize-app.ts'
import { AwsError } from '../../localstack/embedded/aws-error.ts'
import type { AwsCall } from '../../localstack/embedded/seams.ts'
import { type EmbeddedStack, startEmbeddedStack } from '../../localstack/embedded/stack.ts'
import { gatherEvidence } from '../../proof/check/evidence.ts'
import { checkInvariants } from '../../proof/check/run-check.ts'
import { clientConfig, openTarget, type Target } from '../../proof/target.ts'
import { caller, type Reply } from './running-stack.ts'

let stack: EmbeddedStack
let target: Target
let states: SFNClient
/** Which AWS calls fail just now. */
let fails: (call: AwsCall) => boolean = () => false
const dataDir = mkdtempSync(join(tmpdir(), 'steadfast-e2e-'))
const noopObserver = { info() {}, warn() {} }

beforeAll(async () => {
  stack = await startEmbeddedStack({
    assemblyDir: await synthesizeApp(() => {}),
    dataDir,
    port: 0,
    log: noopObserver,
    interceptors: [
      async (call, proceed) => {
        if (fails(call)) throw new AwsError('InternalServerError', 'this call fails just now', 500)
        return proceed()
      },
    ],
  })
  target = openTarget({ dataDir })
  states = new SFNClient(clientConfig(target.edgeUrl))
  await giveUpSooner()
}, 120_000)

afterAll(async () => {
  states?.destroy()
  await stack?.stop()
  rmSync(dataDir, { recursive: true, force: true })
})

const machineArn = () => String(target.outputs.NotificationMachineArn)

/** A quarter of an hour of retries is more than a test can wait for: what is deployed is told to park after two tries. */
async function giveUpSooner(): Promise<void> {
  const stateMachineArn = machineArn()
  const { definition = '' } = await states.send(new DescribeStateMachineCommand({ stateMachineArn }))
  const impatient = definition.replaceAll(/"MaxAttempts":13\b/g, '"MaxAttempts":1')
  expect(impatient).not.toBe(definition)
  await states.send(new UpdateStateMachineCommand({ stateMachineArn, definition: impatient }))
}

/** A saga that tells `user` of a comment, once it is there. */
async function sagaFor(user: string, email: string): Promise<{ id: string; read(): Promise<Reply>; admin: Client }> {
  const admin = caller(target, 'acme', 'ada', 'admin')
  expect((await admin.send('POST', '/users', { id: user, role: 'customer', email })).status).toBe(201)
  const customer = caller(target, 'acme', user, 'customer')
  const ticket = await customer.send('POST', '/tickets', { title: 'Printer on fire', body: 'It burns.' })
  await admin.send('POST', `/tickets/${ticket.body.id}/comments`, { body: 'On its way.' })
  const sagas = await until(
    () => admin.get(`/tickets/${ticket.body.id}/sagas`),
    ({ body }) => body.items.length > 0,
  )
  const { id } = sagas.body.items[0]
  return { id, read: () => admin.get(`/sagas/${id}`), admin }
}

type Client = ReturnType<typeof caller>

/** Asks until the answer is as wished; the test's own time limit is the bound. */
async function until<T>(ask: () => Promise<T>, isFine: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask()
    if (isFine(answer)) return answer
    await delay(100)
  }
}

const inState = (state: string) => (reply: Reply) => reply.body.state === state

async function expectAllInvariants(): Promise<void> {
  await until(
    async () => checkInvariants(await gatherEvidence(target.store, Date.now())).flatMap(({ violations }) => violations),
    (violations) => violations.length === 0,
  )
}

/** Whether a call takes a notice back. */
function withdraws({ operation, input }: AwsCall): boolean {
  return operation === 'TransactWriteItems' && /"Delete":\{[^}]*notices/i.test(JSON.stringify(input))
}

describe('a saga whose undo keeps failing', () => {
  it('is parked with its reason, and once resumed goes on from there to its end', { timeout: 120_000 }, async () => {
    fails = withdraws
    const { id, read, admin } = await sagaFor('bea', 'bea@bounce.example.com')
    const parked = await until(read, inState('parked'))
    expect(parked.body).toMatchObject({ parkingId: expect.any(String), reason: expect.stringContaining('notice') })
    expect((await admin.send('POST', `/sagas/${id}/resume`, { parkingId: 'another' })).status).toBe(409)
    fails = () => false
    const { parkingId } = parked.body
    const resumed = await admin.send('POST', `/sagas/${id}/resume`, { parkingId }, 'the-resume')
    expect([resumed.status, resumed.headers.get('etag')]).toEqual([200, '"1"'])
    const ended = await until(read, inState('compensated'))
    const undone = ended.body.steps.filter(({ outcome }: { outcome: string }) => outcome === 'undone')
    expect(undone.map(({ step }: { step: string }) => step)).toEqual(['notice', 'budget'])
    const again = await admin.send('POST', `/sagas/${id}/resume`, { parkingId }, 'the-resume')
    expect([again.status, again.text]).toEqual([200, resumed.text])
    expect((await admin.send('POST', `/sagas/${id}/resume`, { parkingId })).status).toBe(409)
    await expectAllInvariants()
  })
})

describe('a saga whose execution is stopped from outside', () => {
  it('goes on as its next generation over the same fences', { timeout: 120_000 }, async () => {
    fails = ({ service }) => service === 'ses'
    const { id, read } = await sagaFor('cyd', 'cyd@example.com')
    await until(read, ({ body }) => body.steps.some(({ step }: { step: string }) => step === 'mail'))
    const executionArn = `${machineArn().replace(':stateMachine:', ':execution:')}:${id}-1`
    await states.send(new StopExecutionCommand({ executionArn }))
    fails = () => false
    const schedule = stack.schedules.names().find((name) => name.endsWith('reconcile-sagas')) ?? ''
    const ended = await until(async () => {
      await stack.schedules.runNow(schedule)
      return read()
    }, inState('completed'))
    const done = ended.body.steps.filter(({ outcome }: { outcome: string }) => outcome === 'done')
    expect(done.map(({ step }: { step: string }) => step)).toEqual(['budget', 'notice', 'mail', 'record'])
    expect(stack.mail.list({ recipient: 'cyd@example.com' })).toHaveLength(1)
    await expectAllInvariants()
  })
})
