import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { DescribeStateMachineCommand, SFNClient, UpdateStateMachineCommand } from '@aws-sdk/client-sfn'
import { type AwsCall, AwsError, type EmbeddedStack } from 'embedded-aws'
import { expect } from 'vitest'
import { synthesizeApp } from '../../commands/stack/synthesize-app.ts'
import { startSteadfast } from '../../localstack/steadfast/start-steadfast.ts'
import { clientConfig, openTarget, type Target } from '../../proof/target.ts'
import { shortenTimes } from '../../scenarios/runner/context/shorten-times.ts'
import { caller, type Reply } from './running-stack.ts'

/** A stack in this process whose AWS calls can be made to fail. */
export interface FaultyStack {
  stack: EmbeddedStack
  target: Target
  states: SFNClient
  dataDir: string
  /** The error that an AWS call gets from now on; undefined lets it through. */
  inject(error: (call: AwsCall) => AwsError | undefined): void
  stop(): Promise<void>
}

/** A deployed saga retries for a quarter of an hour before it is parked; here the notification does after three retries. */
export async function startFaultyStack(): Promise<FaultyStack> {
  const dataDir = mkdtempSync(join(tmpdir(), 'steadfast-e2e-'))
  let injected: (call: AwsCall) => AwsError | undefined = () => undefined
  const stack = await startSteadfast({
    assemblyDir: await synthesizeApp(() => {}),
    dataDir,
    port: 0,
    log: { info() {}, warn() {} },
    interceptors: [
      async (call, proceed) => {
        const error = injected(call)
        if (error) throw error
        return proceed()
      },
    ],
  })
  const target = openTarget({ dataDir })
  const states = new SFNClient(clientConfig(target.edgeUrl))
  await updateMachine(states, String(target.outputs.NotificationMachineArn), (definition) =>
    shortenTimes(definition, { retriesMax: 3 }),
  )
  return {
    stack,
    target,
    states,
    dataDir,
    inject(error) {
      injected = error
    },
    async stop() {
      states.destroy()
      await stack.stop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

export async function updateMachine(
  states: SFNClient,
  stateMachineArn: string,
  change: (definition: string) => string,
): Promise<void> {
  const { definition = '' } = await states.send(new DescribeStateMachineCommand({ stateMachineArn }))
  await states.send(new UpdateStateMachineCommand({ stateMachineArn, definition: change(definition) }))
}

/** Starts the saga that notifies this user of a comment. */
export async function startNotification(
  target: Target,
  { tenant = 'acme', user, email }: { tenant?: string; user: string; email: string },
) {
  const admin = caller(target, tenant, 'ada', 'admin')
  expect((await admin.send('POST', '/users', { id: user, role: 'customer', email })).status).toBe(201)
  const customer = caller(target, tenant, user, 'customer')
  const ticket = await customer.send('POST', '/tickets', { title: 'Printer on fire', body: 'It burns.' })
  await admin.send('POST', `/tickets/${ticket.body.id}/comments`, { body: 'On its way.' })
  const sagas = await pollReply(
    () => admin.get(`/tickets/${ticket.body.id}/sagas`),
    ({ body }) => body.items.length > 0,
  )
  const id: string = sagas.body.items[0].id
  return { id, ticketId: String(ticket.body.id), read: () => admin.get(`/sagas/${id}`), admin }
}

/** Asks until the answer meets the condition; the time limit of the test is the bound. */
export async function pollReply(ask: () => Promise<Reply>, isMet: (reply: Reply) => boolean): Promise<Reply> {
  for (;;) {
    const reply = await ask()
    if (isMet(reply)) return reply
    await delay(100)
  }
}

export const isInState = (state: string) => (reply: Reply) => reply.body.state === state

/** A mail that is refused is to be undone, which fails as long as this is injected. No function retries such an error itself. */
export function failWithdrawal({ operation, input }: AwsCall): AwsError | undefined {
  const withdrawsNotice = operation === 'TransactWriteItems' && /"Delete":\{[^}]*notices/i.test(JSON.stringify(input))
  return withdrawsNotice ? new AwsError('ValidationException', 'injected by the test', 400) : undefined
}
