import type { SQSEvent } from 'aws-lambda'
import * as z from 'zod'
import { requiredVariable, runtime, storeFromEnvironment } from '../../app/environment.ts'
import { withObserver } from '../../app/observer.ts'
import { uploadsAreScanned } from '../../app/uploads-are-scanned.ts'
import { SfnStateMachines } from '../../gateways/state-machines-sfn.ts'
import { startSagas } from './start-saga.ts'

const Arn = z.string().min(1)
const MachineArns = z.object({ notification: Arn, webhook: Arn, attachment: Arn })

const tables = storeFromEnvironment()
const machines = new SfnStateMachines()
const machineArns = MachineArns.parse(JSON.parse(requiredVariable('SAGA_MACHINES')))
const forms = { isScanned: uploadsAreScanned() }

export const handler = withObserver((event: SQSEvent, observer) =>
  startSagas({ store: tables, runtime, machines, machineArns, forms, observer }, event),
)
