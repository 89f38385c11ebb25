import * as z from 'zod'
import type { Callbacks } from '../gateways/callbacks.ts'
import { deployedSagas } from '../sagas/all.ts'
import type { DeployedMachine, EnsureExecutionDeps } from '../sagas/ensure-execution.ts'
import { definitionVersion } from '../sagas/version.ts'
import type { SagaRecord } from '../tables/sagas.ts'
import { requiredVariable } from './environment.ts'
import { uploadsAreScanned } from './uploads-are-scanned.ts'

/** What deps sagas alive works with. */
export interface SagaRecoveryDeps extends EnsureExecutionDeps {
  callbacks: Callbacks
  /** Where a saga's executions start today. Throws `Error` on a saga that nothing here knows. */
  deployedOf(saga: Pick<SagaRecord, 'name'>): DeployedMachine
}

const MachineArns = z.record(z.string(), z.string().min(1))

/** ARN of the state machine of each saga, by the saga's name: `SAGA_MACHINES`. */
export function sagaMachines(
  env: NodeJS.ProcessEnv = process.env,
): (saga: Pick<SagaRecord, 'name'>) => DeployedMachine {
  return deployedBy(MachineArns.parse(JSON.parse(requiredVariable('SAGA_MACHINES', env))), {
    isScanned: uploadsAreScanned(env),
  })
}

export function deployedBy(
  machineArns: Record<string, string>,
  forms = { isScanned: false },
): (saga: Pick<SagaRecord, 'name'>) => DeployedMachine {
  return ({ name }) => {
    const saga = deployedSagas(forms).find((each) => each.name === name)
    const machineArn = machineArns[name]
    if (!saga || machineArn === undefined) throw new Error(`there is no saga ${name} here`)
    return { machineArn, definition: definitionVersion(saga) }
  }
}
