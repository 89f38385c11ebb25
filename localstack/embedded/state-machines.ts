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
export function versionsInUse(states: StepFunctions): Set<string> {
  const versions = /arn:aws:lambda:[\w-]+:\d{12}:function:[\w-]+:\d+/g
  return new Set(states.runningDefinitions().flatMap((definition) => definition.match(versions) ?? []))
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
