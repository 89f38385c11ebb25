import type { SQSEvent } from 'aws-lambda'
import * as z from 'zod'
import { SfnStateMachines } from '../../gateways/state-machine-sfn.ts'
import { observed } from '../observer.ts'
import { required, store, world } from '../runtime.ts'
import { uploadsAreScanned } from '../uploads-are-scanned.ts'
import { startSagas } from './start-saga.ts'

const Arn = z.string().min(1)
const MachineArns = z.object({ notification: Arn, webhook: Arn, attachment: Arn })

const tables = store()
const machines = new SfnStateMachines()
const machineArns = MachineArns.parse(JSON.parse(required('SAGA_MACHINES')))
const forms = { isScanned: uploadsAreScanned() }

export const handler = observed((event: SQSEvent, observer) =>
  startSagas({ store: tables, world, machines, machineArns, forms, observer }, event),
)
