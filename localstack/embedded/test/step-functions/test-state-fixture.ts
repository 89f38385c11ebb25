import { SFNClient, TestStateCommand, type TestStateCommandInput } from '@aws-sdk/client-sfn'
import { clientOptions, ownEdge } from '../edge/own-edge.ts'
import { functionArn, roleArn, type TestStack, task } from './step-functions-fixture.ts'

export type Asked = Omit<TestStateCommandInput, 'definition' | 'input'> & { input?: unknown }

/** Asks by the AWS SDK, and returns its answer without the metadata. */
export async function askTestState({ service }: TestStack, state: object, { input = {}, ...asked }: Asked = {}) {
  const edge = await ownEdge({ states: service })
  // The SDK would ask sync-127.0.0.1.
  const client = new SFNClient({ ...clientOptions(edge), disableHostPrefix: true })
  const definition = JSON.stringify(state)
  const command = new TestStateCommand({ roleArn, definition, input: JSON.stringify(input), ...asked })
  try {
    const { $metadata: _, ...answer } = await client.send(command)
    return answer
  } finally {
    client.destroy()
  }
}

export const lambdaInvoke = (fields: object = { End: true }) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Parameters: { FunctionName: functionArn('f'), 'Payload.$': '$' },
  ...fields,
})
export const map = (mode: 'INLINE' | 'DISTRIBUTED', fields: object = {}) => ({
  Type: 'Map',
  ItemProcessor: {
    ProcessorConfig: mode === 'INLINE' ? { Mode: mode } : { Mode: mode, ExecutionType: 'STANDARD' },
    StartAt: 'Each',
    States: { Each: task('f', { Retry: [{ ErrorEquals: ['Busy'], IntervalSeconds: 5 }], End: true }) },
  },
  End: true,
  ...fields,
})
