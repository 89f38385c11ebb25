import { SfnStateMachines } from '../../gateways/state-machines-sfn.ts'
import { runtime, storeFromEnvironment, uploadsAreScanned } from '../environment.ts'
import { sagaMachineArns } from '../saga-recovery.ts'
import { StartedMachineArns, type StartSagasDeps } from './start-sagas.ts'

/** What a deployed function needs to start sagas: `SAGA_MACHINES`, `MALWARE_SCAN` and its tables. */
export function startSagasDeps(): Omit<StartSagasDeps, 'observer'> {
  return {
    store: storeFromEnvironment(),
    runtime,
    machines: new SfnStateMachines(),
    machineArns: StartedMachineArns.parse(sagaMachineArns()),
    isScanned: uploadsAreScanned(),
  }
}
