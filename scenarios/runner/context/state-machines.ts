import {
  DescribeStateMachineCommand,
  SFNClient,
  StopExecutionCommand,
  UpdateStateMachineCommand,
} from '@aws-sdk/client-sfn'
import { clientConfig, type Target } from '../../../proof/target.ts'
import { shortenTimes } from './shorten-times.ts'

/** Outputs that name the state machines of the sagas. */
const ofSagas = ['NotificationMachineArn', 'WebhookMachineArn', 'AttachmentMachineArn']

/** What a scenario can't wait for, in a state machine as it is deployed: which machines, and what becomes of their definitions. */
const hurries = {
  /** A quarter of an hour of retries, before a person is asked: one retry. */
  retries: {
    machines: ['NotificationMachineArn'],
    shortenTimes: (definition: string) => definition.replaceAll(/"MaxAttempts":13\b/g, '"MaxAttempts":1'),
  },
  /** The time that a step may take: three seconds. */
  timeouts: {
    machines: ['NotificationMachineArn'],
    shortenTimes: (definition: string) => definition.replaceAll(/"TimeoutSeconds":\d+/g, '"TimeoutSeconds":3'),
  },
  /** The quarter of an hour and more in which a file may be uploaded: three seconds. Steps keep their time, which has two digits. */
  uploads: {
    machines: ['AttachmentMachineArn'],
    shortenTimes: (definition: string) => definition.replaceAll(/"TimeoutSeconds":\d{3,}/g, '"TimeoutSeconds":3'),
  },
  /** All retries of every saga: three. */
  delays: { machines: ofSagas, shortenTimes: (definition: string) => shortenTimes(definition, { retriesMax: 3 }) },
  /** The same where each call hangs: one, of tasks that may take four seconds. */
  hangs: {
    machines: ofSagas,
    shortenTimes: (definition: string) => shortenTimes(definition, { retriesMax: 1, timeoutSeconds: 4 }),
  },
}

/** Runs `use` with state machines in a hurry; afterwards they are as they were deployed. */
export async function withShortenedTimes(
  target: Target,
  what: keyof typeof hurries,
  use: () => Promise<void>,
): Promise<void> {
  const { machines, shortenTimes: inHurry } = hurries[what]
  const client = new SFNClient(clientConfig(target.edgeUrl))
  const deployed = new Map<string | undefined, string>()
  try {
    for (const machine of machines) {
      const stateMachineArn = target.outputs[machine]
      const { definition = '' } = await client.send(new DescribeStateMachineCommand({ stateMachineArn }))
      await client.send(new UpdateStateMachineCommand({ stateMachineArn, definition: inHurry(definition) }))
      deployed.set(stateMachineArn, definition)
    }
    await use()
  } finally {
    for (const [stateMachineArn, definition] of deployed)
      await client.send(new UpdateStateMachineCommand({ stateMachineArn, definition }))
    client.destroy()
  }
}

/** Stops the execution of a notification, as someone with a console may. What it has under way goes on. */
export async function stopExecution(target: Target, { id, generation }: { id: string; generation: number }) {
  const machineArn = target.outputs.NotificationMachineArn ?? ''
  const client = new SFNClient(clientConfig(target.edgeUrl))
  const executionArn = `${machineArn.replace(':stateMachine:', ':execution:')}:${id}-${generation}`
  await client.send(new StopExecutionCommand({ executionArn })).finally(() => client.destroy())
}

/** Runs a function of a schedule now. */
export async function runNow({ edgeUrl }: Target, functionName: string | undefined): Promise<void> {
  const path = `/2015-03-31/functions/${functionName}/invocations`
  const response = await fetch(`${edgeUrl}${path}`, { method: 'POST', body: '{}' })
  if (!response.ok || response.headers.has('x-amz-function-error'))
    throw new Error(`${functionName} failed: ${await response.text()}`)
}
