import {
  DescribeStateMachineCommand,
  SendTaskFailureCommand,
  SFNClient,
  StopExecutionCommand,
  UpdateStateMachineCommand,
} from '@aws-sdk/client-sfn'
import { fetchWhole } from '../../../proof/fetch-whole.ts'
import { clientConfig, type Target } from '../../../proof/target.ts'
import { shortenTimes } from './shorten-times.ts'

/** Outputs that hold the ARNs of the sagas' state machines. */
const sagaMachines = ['NotificationMachineArn', 'WebhookMachineArn', 'AttachmentMachineArn', 'RemovalMachineArn']

interface Shortening {
  /** Outputs that hold the ARNs of the state machines to change. */
  machines: string[]
  /** The changed definition. */
  shorten(definition: string): string
}

/** What is too slow for a scenario, and how it is shortened. */
const shortenings = {
  /** Notifications retry once before they are parked, instead of for a quarter of an hour. */
  retries: {
    machines: ['NotificationMachineArn'],
    shorten: (definition) => definition.replaceAll(/"MaxAttempts":13\b/g, '"MaxAttempts":1'),
  },
  /** Steps of notifications time out after three seconds. */
  timeouts: {
    machines: ['NotificationMachineArn'],
    shorten: (definition) => definition.replaceAll(/"TimeoutSeconds":\d+/g, '"TimeoutSeconds":3'),
  },
  /** Uploads time out after three seconds instead of a quarter of an hour. Only they have timeouts of three digits and more. */
  uploads: {
    machines: ['AttachmentMachineArn'],
    shorten: (definition) => definition.replaceAll(/"TimeoutSeconds":\d{3,}/g, '"TimeoutSeconds":3'),
  },
  /** Every saga retries at most three times. */
  delays: { machines: sagaMachines, shorten: (definition) => shortenTimes(definition, { retriesMax: 3 }) },
  /** Times for calls that hang: every saga retries once, and tasks time out after four seconds. */
  hangs: {
    machines: sagaMachines,
    shorten: (definition) => shortenTimes(definition, { retriesMax: 1, timeoutSecondsMax: 4 }),
  },
} satisfies Record<string, Shortening>

/** Runs `use` while the target's state machines have shorter times, and restores their definitions afterwards. */
export async function withShortenedTimes(
  target: Target,
  what: keyof typeof shortenings,
  use: () => Promise<void>,
): Promise<void> {
  const { machines, shorten } = shortenings[what]
  const client = new SFNClient(clientConfig(target.edgeUrl))
  const deployed = new Map<string | undefined, string>()
  try {
    for (const machine of machines) {
      const stateMachineArn = target.outputs[machine]
      const { definition = '' } = await client.send(new DescribeStateMachineCommand({ stateMachineArn }))
      await client.send(new UpdateStateMachineCommand({ stateMachineArn, definition: shorten(definition) }))
      deployed.set(stateMachineArn, definition)
    }
    await use()
  } finally {
    for (const [stateMachineArn, definition] of deployed)
      await client.send(new UpdateStateMachineCommand({ stateMachineArn, definition }))
    client.destroy()
  }
}

/**
 * Ends the waits of all uploads as if the time of their slots were up. `read` returns the attachments; one may
 * still be on its way to its slot.
 */
export async function endUploadWaits(
  { edgeUrl }: Target,
  read: () => Promise<{ state: string; token?: string | undefined }[]>,
): Promise<void> {
  const client = new SFNClient(clientConfig(edgeUrl))
  const ended = new Set<string>()
  const isOpen = ({ state }: { state: string }) => state === 'requested' || state === 'awaiting_upload'
  try {
    for (let open = await read(); open.some(isOpen); open = await read())
      for (const { token } of open)
        if (token && !ended.has(token)) {
          ended.add(token)
          await client.send(new SendTaskFailureCommand({ taskToken: token, error: 'States.Timeout' }))
        }
  } finally {
    client.destroy()
  }
}

/** Stops the execution of a notification saga. The function that it has invoked keeps running. */
export async function stopExecution(target: Target, { id, generation }: { id: string; generation: number }) {
  const machineArn = target.outputs.NotificationMachineArn ?? ''
  const client = new SFNClient(clientConfig(target.edgeUrl))
  const executionArn = `${machineArn.replace(':stateMachine:', ':execution:')}:${id}-${generation}`
  await client.send(new StopExecutionCommand({ executionArn })).finally(() => client.destroy())
}

/** Invokes a scheduled function now. Throws when the function fails. */
export async function invokeNow({ edgeUrl }: Target, functionName: string | undefined): Promise<void> {
  const path = `/2015-03-31/functions/${functionName}/invocations`
  const response = await fetchWhole(`${edgeUrl}${path}`, { method: 'POST', body: '{}' })
  if (!response.ok || response.headers.has('x-amz-function-error'))
    throw new Error(`${functionName} failed: ${await response.text()}`)
}
