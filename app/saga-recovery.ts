import * as z from 'zod'
import type { Callbacks } from '../gateways/callbacks.ts'
import { SfnCallbacks } from '../gateways/callbacks-sfn.ts'
import { SfnStateMachines } from '../gateways/state-machines-sfn.ts'
import { deployedSagas } from '../sagas/all.ts'
import type { DeployedMachine, EnsureExecutionDeps } from '../sagas/ensure-execution.ts'
import { definitionVersion } from '../sagas/version.ts'
import type { SagaRecord } from '../tables/sagas.ts'
import { requiredVariable, runtime, storeFromEnvironment, uploadsAreScanned } from './environment.ts'

/** What a function needs to bring a saga back to a running execution. */
export interface SagaRecoveryDeps extends EnsureExecutionDeps {
  callbacks: Callbacks
  deployedMachine: FindMachine
}

/** The machine that new executions of a saga start on. Throws `Error` when the saga is not deployed. */
export type FindMachine = (saga: Pick<SagaRecord, 'name'>) => DeployedMachine

export function sagaRecoveryDeps(env: NodeJS.ProcessEnv = process.env): SagaRecoveryDeps {
  return {
    store: storeFromEnvironment({ env }),
    runtime,
    machines: new SfnStateMachines(),
    callbacks: new SfnCallbacks(),
    deployedMachine: machineFinder(sagaMachineArns(env), { isScanned: uploadsAreScanned(env) }),
  }
}

const MachineArns = z.record(z.string(), z.string().min(1))

/** The ARN of each saga's state machine, by the saga's name: `SAGA_MACHINES`. */
export function sagaMachineArns(env: NodeJS.ProcessEnv = process.env): Record<string, string> {
  return MachineArns.parse(JSON.parse(requiredVariable('SAGA_MACHINES', env)))
}

/** `isScanned` selects the form of the attachment saga that is deployed. */
export function machineFinder(machineArns: Record<string, string>, { isScanned } = { isScanned: false }): FindMachine {
  return ({ name }) => {
    const saga = deployedSagas({ isScanned }).find((candidate) => candidate.name === name)
    const machineArn = machineArns[name]
    if (!saga || machineArn === undefined)
      throw new Error(`the saga ${name} is not deployed: SAGA_MACHINES has no machine for it`)
    return { machineArn, definition: definitionVersion(saga) }
  }
}
