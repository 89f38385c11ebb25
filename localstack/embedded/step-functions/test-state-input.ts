import { z } from 'zod'
import { AwsError } from '../aws-error.ts'
import { checkArn, notImplemented, read } from './api-input.ts'
import type { Container, Definition, Problem, State } from './definition.ts'
import { isObject, type Json, type JsonObject, payloadBytesMax } from './json.ts'
import { readDefinition } from './read-definition.ts'
import { parseResource } from './resources.ts'

const oneOf = <Name extends string>(...names: Name[]) =>
  z.enum(names as [Name, ...Name[]], { error: `Member must satisfy enum value set: [${names.join(', ')}]` })
const text = z.string().max(payloadBytesMax)

const testInput = z.strictObject({
  definition: z.string().min(1).max(1_048_576),
  roleArn: z.string().min(1).max(256).optional(),
  input: text.optional(),
  inspectionLevel: oneOf('INFO', 'DEBUG', 'TRACE').optional(),
  revealSecrets: z.boolean().optional(),
  variables: text.optional(),
  stateName: z.string().min(1).max(80).optional(),
  mock: z
    .strictObject({
      result: text.optional(),
      errorOutput: z.strictObject({ error: z.string().max(256), cause: z.string().max(32_768).optional() }).optional(),
      fieldValidationMode: oneOf('STRICT', 'PRESENT', 'NONE').optional(),
    })
    .optional(),
  context: text.optional(),
  stateConfiguration: z
    .strictObject({
      retrierRetryCount: z.int().min(0).optional(),
      errorCausedByState: z.string().min(1).max(80).optional(),
      mapIterationFailureCount: z.int().min(0).optional(),
      mapItemReaderData: text.optional(),
    })
    .optional(),
})

type Way = [state: string, branch: number][]

/** A test of one state as it was asked for. */
export interface StateTest {
  definition: Definition
  /** The definition as text; of a single state, one around it. */
  definitionText: string
  name: string
  state: State
  /** The Parallel and Map states around it, outermost first. */
  within: Way
  input: Json
  inputText: string
  variables: JsonObject
  context: JsonObject | undefined
  roleArn: string
  isDetailed: boolean
  mock: Mock | undefined
  retrierRetryCount: number
  mapIterationFailureCount: number
}

export type Mock = { result: Json } | { error: string; cause: string | undefined }

/**
 * Reads the input of TestState. Throws AWS's errors for what AWS refuses, and `NotImplemented` for what it would do and this engine can't.
 * Source: Step Functions API reference, "TestState", and developer guide, "Using TestState API to test a state".
 */
export function readStateTest(raw: Record<string, unknown>, supports: (key: string) => boolean): StateTest {
  const asked = read(testInput, raw)
  const { mock, stateConfiguration = {}, inspectionLevel = 'INFO', roleArn = '' } = asked
  if (roleArn !== '') checkArn(roleArn)
  // A mock stands for any service.
  const { definition, definitionText, name } = readTested(asked, mock ? () => true : supports)
  const found = findState(definition, name)
  if (!found) throw invalid(`State not found in definition: ${name}`)
  const { state, within } = found
  checkMocked(asked, state)
  if (inspectionLevel === 'TRACE') throw invalid('The inspection level TRACE is only supported for HTTP Tasks.')
  checkConfiguration(stateConfiguration, state, mock !== undefined)
  const inputText = asked.input ?? '{}'
  return {
    definition,
    definitionText,
    name,
    state,
    within,
    inputText,
    roleArn,
    input: parse(inputText, (cause) => new AwsError('InvalidExecutionInput', `Invalid Execution Input: '${cause}'`)),
    variables: objectOf('variables', asked.variables) ?? {},
    context: objectOf('context', asked.context),
    isDetailed: inspectionLevel === 'DEBUG',
    mock: mock && readMock(mock, state),
    retrierRetryCount: stateConfiguration.retrierRetryCount ?? 0,
    mapIterationFailureCount: stateConfiguration.mapIterationFailureCount ?? 0,
  }
}

type Asked = z.infer<typeof testInput>

/** A single state gets a machine around it in which each state that it leads to ends. */
function readTested({ definition: text, stateName }: Asked, supports: (key: string) => boolean) {
  if (stateName !== undefined) return { ...accepted(text, supports), definitionText: text, name: stateName }
  const name = 'TestState'
  const state = parse(text, (cause) => invalidDefinition(`The definition is not JSON: ${cause}`))
  const targets = new Set<string>()
  collectTargets(state, targets)
  targets.delete(name)
  const States = { ...Object.fromEntries([...targets].map((target) => [target, { Type: 'Succeed' }])), [name]: state }
  const definitionText = JSON.stringify({ StartAt: name, States })
  return { ...accepted(definitionText, supports), definitionText, name }
}

function collectTargets(node: Json, targets: Set<string>): void {
  if (!isObject(node)) return
  for (const target of [node.Next, node.Default]) if (typeof target === 'string') targets.add(target)
  for (const rules of [node.Choices, node.Catch])
    if (Array.isArray(rules)) for (const rule of rules) collectTargets(rule, targets)
}

function accepted(text: string, supports: (key: string) => boolean): { definition: Definition } {
  const { definition, problems } = readDefinition(text, supports)
  if (definition) return { definition }
  const problemList = problems.map(({ message, location }: Problem) => `${message} at ${location || '/'}`).join('; ')
  if (problems.some(({ kind }) => kind === 'unsupported')) throw notImplemented(`this definition: ${problemList}`)
  throw invalidDefinition(problemList)
}

function findState({ states }: Container, name: string, within: Way = []): { state: State; within: Way } | undefined {
  const here = states.get(name)
  if (here) return { state: here, within }
  for (const [around, state] of states) {
    const inner = state.Type === 'Map' ? [state.Processor] : state.Type === 'Parallel' ? state.Branches : []
    for (const [branch, container] of inner.entries()) {
      const found = findState(container, name, [...within, [around, branch]])
      if (found) return found
    }
  }
  return undefined
}

function checkMocked({ mock, roleArn, revealSecrets, context }: Asked, state: State): void {
  const { Type } = state
  if (!mock) {
    if (Type === 'Map' || Type === 'Parallel')
      throw invalidDefinition(
        'TestState API does not support Map or Parallel states. Supported state types include: [Task, Wait, Pass, Succeed, Fail, Choice]',
      )
    if (Type === 'Task' && roleArn === undefined) throw invalid('RoleArn must be specified when testing a Task state')
    if (Type === 'Task' && parseResource(state.Resource)?.callback)
      throw invalidDefinition("TestState API does not support '.sync' or '.waitForTaskToken' integration patterns.")
    if (context !== undefined) throw invalid('TestState does not support Context when no mock is specified.')
    return
  }
  if (Type !== 'Task' && Type !== 'Map' && Type !== 'Parallel')
    throw invalid(`State type '${Type}' is not supported when a mock is specified`)
  if (revealSecrets) throw invalid('TestState does not support RevealSecrets when a mock is specified.')
}

function checkConfiguration(
  {
    errorCausedByState,
    mapIterationFailureCount,
    mapItemReaderData,
    ...others
  }: NonNullable<Asked['stateConfiguration']>,
  state: State,
  isMocked: boolean,
): void {
  const given = { errorCausedByState, mapIterationFailureCount, mapItemReaderData, ...others }
  if (!isMocked && Object.values(given).some((value) => value !== undefined))
    throw invalid('TestState does not support StateConfiguration when no mock is specified.')
  if (mapItemReaderData !== undefined)
    throw notImplemented('mapItemReaderData, since Map states have no ItemReader here')
  if (mapIterationFailureCount !== undefined && !(state.Type === 'Map' && state.mode === 'DISTRIBUTED'))
    throw invalid('MapIterationFailureCount can only be specified for a Map state in mode DISTRIBUTED.')
  if (errorCausedByState === undefined) return
  const inner = state.Type === 'Map' ? [state.Processor] : state.Type === 'Parallel' ? state.Branches : []
  if (!inner.some((container) => findState(container, errorCausedByState)))
    throw invalid(
      `ErrorCausedByState must name a state inside of the tested Map or Parallel state: ${errorCausedByState}`,
    )
}

function readMock({ result, errorOutput, fieldValidationMode }: NonNullable<Asked['mock']>, state: State): Mock {
  if ((result === undefined) === (errorOutput === undefined))
    throw invalid('A test mock should have only one of the following fields: [result, errorOutput].')
  if (errorOutput) return { error: errorOutput.error, cause: errorOutput.cause }
  const value = parse(result ?? '', () => invalid('Mocked result must be valid JSON'))
  if (state.Type !== 'Task') {
    if (!Array.isArray(value)) throw invalid('Mocked result must be an array.')
    if (state.Type === 'Parallel' && value.length !== state.Branches.length)
      throw invalid('Mocked result must contain the same number of items as number of Parallel branches.')
  } else if (fieldValidationMode !== 'NONE') checkShape(state.Resource, value)
  return { result: value }
}

/** Members of the Lambda API's answer to Invoke that are no payload. */
const invokeAnswer = { ExecutedVersion: 'string', FunctionError: 'string', LogResult: 'string', StatusCode: 'number' }

/** Holds a mocked result against the answer of the API that it stands for; a function's own result is its own matter. */
function checkShape(resource: string, result: Json): void {
  const parsed = parseResource(resource)
  if (parsed?.kind === 'service')
    throw notImplemented(`the validation of a mocked result of ${parsed.key}: ask for fieldValidationMode NONE`)
  if (parsed?.kind !== 'lambdaInvoke') return
  if (!isObject(result)) throw invalid('Mock result schema validation error: the result must be an object')
  for (const [member, type] of Object.entries(invokeAnswer))
    if (result[member] !== undefined && typeof result[member] !== type)
      throw invalid(`Mock result schema validation error: Field '${member}' must be a ${type}`)
}

function objectOf(field: string, text: string | undefined): JsonObject | undefined {
  if (text === undefined) return undefined
  const refusal = () => invalid(`Value at '${field}' failed to satisfy constraint: Member must be a JSON object`)
  const value = parse(text, refusal)
  if (!isObject(value)) throw refusal()
  return value
}

function parse(text: string, refusal: (cause: string) => AwsError): Json {
  try {
    return JSON.parse(text) as Json
  } catch (error) {
    throw refusal((error as Error).message)
  }
}

function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message)
}

function invalidDefinition(problemList: string): AwsError {
  return new AwsError(
    'InvalidDefinition',
    `Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: ${problemList}'`,
  )
}
