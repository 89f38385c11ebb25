import { z } from 'zod'
import { AwsError } from '../aws-error.ts'
import { checkArn, read } from './api-input.ts'
import type { MachineContext, Operation } from './machine-context.ts'
import type { Machine } from './machines.ts'

export const tagList = z.array(z.object({ key: z.string(), value: z.string() }))

/** The operations that change tags of state machines. */
export function tagOperations(context: MachineContext): Record<string, Operation> {
  return {
    TagResource: (input) => tag(context, input),
    UntagResource: (input) => untag(context, input),
  }
}

export function listTags(context: MachineContext, input: Record<string, unknown>): unknown {
  return { tags: Object.entries(tagged(context, input).tags).map(([key, value]) => ({ key, value })) }
}

function tagged({ machines }: MachineContext, input: Record<string, unknown>): Machine {
  const { resourceArn } = read(z.object({ resourceArn: z.string() }), input)
  const machine = machines.find(checkArn(resourceArn))
  if (!machine) throw new AwsError('ResourceNotFound', `Resource not found: '${resourceArn}'`)
  return machine
}

function tag(context: MachineContext, input: Record<string, unknown>): unknown {
  const { machines } = context
  const machine = tagged(context, input)
  for (const { key, value } of read(z.object({ tags: tagList }), input).tags) machine.tags[key] = value
  machines.save(machine)
  return {}
}

function untag(context: MachineContext, input: Record<string, unknown>): unknown {
  const { machines } = context
  const machine = tagged(context, input)
  for (const key of read(z.object({ tagKeys: z.array(z.string()) }), input).tagKeys) delete machine.tags[key]
  machines.save(machine)
  return {}
}
