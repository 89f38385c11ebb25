import { z } from 'zod'
import { AwsError } from '../aws-error.ts'
import { checkArn, checkName, fromPageToken, notImplemented, pageSize, read, toPageToken } from './api-input.ts'
import { listTags, tagList, tagOperations } from './api-tags.ts'
import { versionOperations } from './api-versions.ts'
import type { Problem } from './definition.ts'
import type { Journal } from './journal.ts'
import { existingMachine, type MachineContext, type Operation } from './machine-context.ts'
import { type Machine, Machines, machineArn, newRevision, type Version } from './machines.ts'
import { readDefinition } from './read-definition.ts'
import { apiTime } from './timestamps.ts'

const settings = {
  loggingConfiguration: z.record(z.string(), z.unknown()).optional(),
  tracingConfiguration: z.record(z.string(), z.unknown()).optional(),
  encryptionConfiguration: z.record(z.string(), z.unknown()).optional(),
}
const publishing = { publish: z.boolean().optional(), versionDescription: z.string().max(256).optional() }
const createInput = z.object({
  name: z.string(),
  definition: z.string(),
  roleArn: z.string(),
  type: z.enum(['STANDARD', 'EXPRESS']).optional(),
  tags: tagList.optional(),
  ...settings,
  ...publishing,
})
const updateInput = z.object({
  stateMachineArn: z.string(),
  definition: z.string().optional(),
  roleArn: z.string().optional(),
  ...settings,
  ...publishing,
})
const byArn = z.object({ stateMachineArn: z.string() })
const page = { maxResults: pageSize, nextToken: z.string().max(1024).optional() }

/** The operations on state machines, versions and tags. `supports` says which service integrations there are. */
export function machineOperations(
  journal: Journal,
  now: () => number,
  supports: (key: string) => boolean,
): Record<string, Operation> {
  const machines = new Machines(journal)
  const context: MachineContext = { journal, machines, now, supports }
  const inTransaction =
    (operation: Operation): Operation =>
    (input) =>
      journal.transaction(() => {
        machines.purge()
        return operation(input)
      })
  const stored: Record<string, Operation> = {
    CreateStateMachine: (input) => create(context, input),
    UpdateStateMachine: (input) => update(context, input),
    DescribeStateMachine: (input) => describe(context, input),
    DeleteStateMachine: (input) => remove(context, input),
    ListStateMachines: (input) => list(context, input),
    ...versionOperations(context),
    ...tagOperations(context),
  }
  return {
    ...Object.fromEntries(Object.entries(stored).map(([name, operation]) => [name, inTransaction(operation)])),
    ValidateStateMachineDefinition: (input) => validate(context, input),
    ListTagsForResource: (input) => listTags(context, input),
  }
}

function create(context: MachineContext, input: Record<string, unknown>): unknown {
  const { machines, now } = context
  const { name, definition, roleArn, type, tags = [], publish, versionDescription, ...kept } = read(createInput, input)
  if (type === 'EXPRESS') throw notImplemented('state machines of type EXPRESS')
  if (versionDescription !== undefined && !publish)
    throw new AwsError('ValidationException', 'Version description can only be set when publish is true')
  const arn = machineArn(checkName(name))
  check(context, definition)
  const same = machines.find(arn)
  if (same?.status === 'DELETING') throw new AwsError('StateMachineDeleting', `State Machine is Deleting: '${arn}'`)
  if (same && (same.definition !== definition || same.roleArn !== roleArn))
    throw new AwsError('StateMachineAlreadyExists', `State Machine Already Exists: '${arn}'`)
  const machine = same ?? {
    arn,
    name,
    definition,
    roleArn,
    status: 'ACTIVE' as const,
    revisionId: null,
    createdMs: now(),
    settings: kept,
    tags: Object.fromEntries(tags.map(({ key, value }) => [key, value])),
    lastVersion: 0,
  }
  machines.save(machine)
  const version = publish ? machines.publish(machine, versionDescription ?? null, now()) : undefined
  return {
    stateMachineArn: arn,
    creationDate: apiTime(machine.createdMs),
    ...(version && { stateMachineVersionArn: version.arn }),
  }
}

function update(context: MachineContext, input: Record<string, unknown>): unknown {
  const { machines, now } = context
  const { stateMachineArn, definition, roleArn, publish, versionDescription, ...kept } = read(updateInput, input)
  const machine = existingMachine(context, stateMachineArn)
  if (machine.status === 'DELETING')
    throw new AwsError('StateMachineDeleting', `State Machine is Deleting: '${machine.arn}'`)
  if (definition === undefined && roleArn === undefined && Object.values(kept).every((value) => value === undefined)) {
    throw new AwsError(
      'MissingRequiredParameter',
      'Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified',
    )
  }
  if (definition !== undefined) check(context, definition)
  const next = {
    ...machine,
    definition: definition ?? machine.definition,
    roleArn: roleArn ?? machine.roleArn,
    settings: { ...machine.settings, ...kept },
  }
  if (next.definition !== machine.definition || next.roleArn !== machine.roleArn) next.revisionId = newRevision()
  machines.save(next)
  const version = publish ? machines.publish(next, versionDescription ?? null, now()) : undefined
  return {
    updateDate: apiTime(now()),
    ...(next.revisionId !== null && { revisionId: next.revisionId }),
    ...(version && { stateMachineVersionArn: version.arn }),
  }
}

function describe(context: MachineContext, input: Record<string, unknown>): unknown {
  const { machines } = context
  const { stateMachineArn } = read(byArn, input)
  const version = machines.findVersion(checkArn(stateMachineArn))
  return describeMachine(existingMachine(context, version?.machineArn ?? stateMachineArn), version)
}

function remove({ machines }: MachineContext, input: Record<string, unknown>): unknown {
  const machine = machines.find(checkArn(read(byArn, input).stateMachineArn))
  // What runs runs to its end with the definition it started with; then the machine goes.
  if (machine) machines.save({ ...machine, status: 'DELETING' })
  machines.purge()
  return {}
}

function list({ machines }: MachineContext, input: Record<string, unknown>): unknown {
  const { maxResults, nextToken } = read(z.object(page), input)
  const found = machines.list(nextToken === undefined ? '' : fromPageToken(nextToken), maxResults)
  const stateMachines = found.map(({ arn, name, createdMs }) => ({
    stateMachineArn: arn,
    name,
    type: 'STANDARD',
    creationDate: apiTime(createdMs),
  }))
  return { stateMachines, ...(found.length === maxResults && { nextToken: toPageToken(found.at(-1)?.name ?? '') }) }
}

function validate({ supports }: MachineContext, input: Record<string, unknown>): unknown {
  const { definition } = read(z.object({ definition: z.string() }), input)
  const { problems } = readDefinition(definition, supports)
  return { result: problems.length === 0 ? 'OK' : 'FAIL', diagnostics: problems.map(toDiagnostic), truncated: false }
}

function check({ supports }: MachineContext, definition: string): void {
  const { problems } = readDefinition(definition, supports)
  if (problems.length === 0) return
  const problemList = problems.map(({ message, location }) => `${message} at ${location || '/'}`).join('; ')
  if (problems.some(({ kind }) => kind === 'unsupported')) throw notImplemented(`this definition: ${problemList}`)
  throw new AwsError(
    'InvalidDefinition',
    `Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: ${problemList}'`,
  )
}

function describeMachine(machine: Machine, version: Version | undefined): unknown {
  const { definition, roleArn, revisionId, createdMs } = version ?? machine
  return {
    stateMachineArn: version?.arn ?? machine.arn,
    name: machine.name,
    status: machine.status,
    definition,
    roleArn,
    type: 'STANDARD',
    creationDate: apiTime(createdMs),
    loggingConfiguration: machine.settings.loggingConfiguration ?? { level: 'OFF', includeExecutionData: false },
    tracingConfiguration: machine.settings.tracingConfiguration ?? { enabled: false },
    encryptionConfiguration: machine.settings.encryptionConfiguration ?? { type: 'AWS_OWNED_KEY' },
    ...(revisionId !== null && { revisionId }),
    ...(version?.description != null && { description: version.description }),
  }
}

function toDiagnostic({ kind, location, message }: Problem): unknown {
  const code = kind === 'unsupported' ? 'NOT_SUPPORTED_HERE' : 'SCHEMA_VALIDATION_FAILED'
  return { severity: 'ERROR', code, message, location: location || '/' }
}
