import { AwsError } from './aws-error.ts'
import type { StepFunctions } from './step-functions/step-functions.ts'
import type { StateMachineModel } from './template/model.ts'
import { TemplateError } from './template/template-error.ts'

const developer = { kind: 'developer' } as const

/** Creates the machine or gives the one that is there its new definition and role; executions go on with what they began with. */
export async function ensureStateMachine(states: StepFunctions, machine: StateMachineModel): Promise<void> {
  const { path, name, arn, definition, roleArn, type } = machine
  try {
    const before = await describe(states, arn)
    if (!before) await states.handle('CreateStateMachine', { name, definition, roleArn, type }, developer)
    else if (before.definition !== definition || before.roleArn !== roleArn)
      await states.handle('UpdateStateMachine', { stateMachineArn: arn, definition, roleArn }, developer)
  } catch (error) {
    if (!(error instanceof AwsError)) throw error
    throw new TemplateError(`${path} (AWS::StepFunctions::StateMachine): property DefinitionString: ${error.message}`)
  }
}

/**
 * ARNs of the published function versions that running executions call, by the definitions that they began with: what a newer
 * deployment must not take away from them.
 */
export async function versionsInUse(states: StepFunctions): Promise<Set<string>> {
  const inUse = new Set<string>()
  for (const { stateMachineArn } of await all<{ stateMachineArn: string }>(
    states,
    'ListStateMachines',
    'stateMachines',
  )) {
    const running = { stateMachineArn, statusFilter: 'RUNNING' }
    for (const { executionArn } of await all<{ executionArn: string }>(
      states,
      'ListExecutions',
      'executions',
      running,
    )) {
      const { definition } = (await states.handle('DescribeStateMachineForExecution', { executionArn }, developer)) as {
        definition: string
      }
      for (const [arn] of definition.matchAll(/arn:aws:lambda:[\w-]+:\d{12}:function:[\w-]+:\d+/g)) inUse.add(arn)
    }
  }
  return inUse
}

async function all<Item>(states: StepFunctions, operation: string, member: string, input = {}): Promise<Item[]> {
  const items: Item[] = []
  for (let nextToken: unknown; ; ) {
    const page = await states.handle(operation, { ...input, ...(nextToken !== undefined && { nextToken }) }, developer)
    const { nextToken: next, [member]: found } = page as Record<string, unknown>
    items.push(...(found as Item[]))
    if (next === undefined || next === null) return items
    nextToken = next
  }
}

async function describe(states: StepFunctions, stateMachineArn: string) {
  try {
    const found = await states.handle('DescribeStateMachine', { stateMachineArn }, developer)
    return found as { definition: string; roleArn: string }
  } catch (error) {
    if (error instanceof AwsError && error.code === 'StateMachineDoesNotExist') return undefined
    throw error
  }
}
