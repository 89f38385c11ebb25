import {
  DescribeStateMachineCommand,
  SFNClient,
  StopExecutionCommand,
  UpdateStateMachineCommand,
} from '@aws-sdk/client-sfn'
import { clientConfig, type Target } from '../proof/target.ts'

/** What a walkthrough can't wait for, in a state machine as it is deployed: which machine, and what becomes of its definition. */
const hurries = {
  /** A quarter of an hour of retries, before a person is asked: one retry. */
  retries: {
    machine: 'NotificationMachineArn',
    hurried: (definition: string) => definition.replaceAll(/"MaxAttempts":13\b/g, '"MaxAttempts":1'),
  },
  /** The time that a step may take: three seconds. */
  timeouts: {
    machine: 'NotificationMachineArn',
    hurried: (definition: string) => definition.replaceAll(/"TimeoutSeconds":\d+/g, '"TimeoutSeconds":3'),
  },
  /** The quarter of an hour and more in which a file may be uploaded: three seconds. Steps keep their time, which has two digits. */
  uploads: {
    machine: 'AttachmentMachineArn',
    hurried: (definition: string) => definition.replaceAll(/"TimeoutSeconds":\d{3,}/g, '"TimeoutSeconds":3'),
  },
}

/** Runs `use` with a state machine in a hurry; afterwards it is as it was deployed. */
export async function inAHurry(target: Target, what: keyof typeof hurries, use: () => Promise<void>): Promise<void> {
  const { machine, hurried } = hurries[what]
  const client = new SFNClient(clientConfig(target.edgeUrl))
  const stateMachineArn = target.outputs[machine]
  const { definition = '' } = await client.send(new DescribeStateMachineCommand({ stateMachineArn }))
  try {
    await client.send(new UpdateStateMachineCommand({ stateMachineArn, definition: hurried(definition) }))
    await use()
  } finally {
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
