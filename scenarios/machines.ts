import { DescribeStateMachineCommand, SFNClient, UpdateStateMachineCommand } from '@aws-sdk/client-sfn'
import { clientConfig, type Target } from '../proof/target.ts'

/** What a walkthrough can't wait for, in a state machine as it is deployed. */
const hurries = {
  /** A quarter of an hour of retries, before a person is asked: one retry. */
  retries: (definition: string) => definition.replaceAll(/"MaxAttempts":13\b/g, '"MaxAttempts":1'),
  /** The time that a step may take: three seconds. */
  timeouts: (definition: string) => definition.replaceAll(/"TimeoutSeconds":\d+/g, '"TimeoutSeconds":3'),
}

/** Runs `use` with the notification's state machine in a hurry; afterwards it is as it was deployed. */
export async function inAHurry(target: Target, what: keyof typeof hurries, use: () => Promise<void>): Promise<void> {
  const client = new SFNClient(clientConfig(target.edgeUrl))
  const stateMachineArn = target.outputs.NotificationMachineArn
  const { definition = '' } = await client.send(new DescribeStateMachineCommand({ stateMachineArn }))
  try {
    await client.send(new UpdateStateMachineCommand({ stateMachineArn, definition: hurries[what](definition) }))
    await use()
  } finally {
    await client.send(new UpdateStateMachineCommand({ stateMachineArn, definition }))
    client.destroy()
  }
}
