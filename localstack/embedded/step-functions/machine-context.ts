import { AwsError } from '../aws-error.ts'
import { checkArn } from './api-input.ts'
import type { Journal } from './journal.ts'
import type { Machine, Machines } from './machines.ts'

export type Operation = (input: Record<string, unknown>) => unknown

/** What the operations on state machines work with. */
export interface MachineContext {
  journal: Journal
  machines: Machines
  /** Epoch milliseconds. */
  now: () => number
  /** Whether there is a service integration. */
  supports: (key: string) => boolean
}

/** The state machine of this ARN. Throws `StateMachineDoesNotExist`. */
export function existingMachine({ machines }: MachineContext, arn: string): Machine {
  const machine = machines.find(checkArn(arn))
  if (!machine) throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`)
  return machine
}
