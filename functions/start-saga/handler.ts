import type { SQSEvent } from 'aws-lambda'
import { backgroundHandler } from '../../app/background-handler.ts'
import { runtime, storeFromEnvironment, uploadsAreScanned } from '../../app/environment.ts'
import { sagaMachineArns } from '../../app/saga-recovery.ts'
import { SfnStateMachines } from '../../gateways/state-machines-sfn.ts'
import { StartedMachineArns, startSagas } from './start-saga.ts'

const deps = {
  store: storeFromEnvironment(),
  runtime,
  machines: new SfnStateMachines(),
  machineArns: StartedMachineArns.parse(sagaMachineArns()),
  isScanned: uploadsAreScanned(),
}

export const handler = backgroundHandler((event: SQSEvent, observer, deadlineMs) =>
  startSagas({ ...deps, observer }, event, deadlineMs),
)
