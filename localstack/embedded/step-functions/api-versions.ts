import { z } from 'zod'
import { AwsError } from '../aws-error.ts'
import { checkArn, read } from './api-input.ts'
import { existingMachine, type MachineContext, type Operation } from './machine-context.ts'
import { apiTime } from './timestamps.ts'

const byArn = z.object({ stateMachineArn: z.string() })

/** The operations on published versions of state machines. */
export function versionOperations(context: MachineContext): Record<string, Operation> {
  return {
    PublishStateMachineVersion: (input) => publish(context, input),
    ListStateMachineVersions: (input) => listVersions(context, input),
    DeleteStateMachineVersion: (input) => removeVersion(context, input),
  }
}

function publish(context: MachineContext, input: Record<string, unknown>): unknown {
  const { machines, now } = context
  const { stateMachineArn, description, revisionId } = read(
    byArn.extend({ description: z.string().max(256).optional(), revisionId: z.string().optional() }),
    input,
  )
  const machine = existingMachine(context, stateMachineArn)
  if (revisionId !== undefined && revisionId !== (machine.revisionId ?? 'INITIAL')) {
    throw new AwsError(
      'ConflictException',
      `Failed to publish the State Machine version for revision ${revisionId}. The current State Machine revision is ${machine.revisionId ?? 'INITIAL'}.`,
    )
  }
  const version = machines.publish(machine, description ?? null, now())
  return { stateMachineVersionArn: version.arn, creationDate: apiTime(version.createdMs) }
}

function listVersions(context: MachineContext, input: Record<string, unknown>): unknown {
  const { machines } = context
  const versions = machines.listVersions(existingMachine(context, read(byArn, input).stateMachineArn).arn)
  return {
    stateMachineVersions: versions.map(({ arn, createdMs }) => ({
      stateMachineVersionArn: arn,
      creationDate: apiTime(createdMs),
    })),
  }
}

function removeVersion({ machines }: MachineContext, input: Record<string, unknown>): unknown {
  machines.removeVersion(checkArn(read(z.object({ stateMachineVersionArn: z.string() }), input).stateMachineVersionArn))
  return {}
}
