import type { ScheduledEvent } from 'aws-lambda'
import { backgroundHandler } from '../../app/background-handler.ts'
import { requiredVariable, runtime, storeFromEnvironment } from '../../app/environment.ts'
import { S3ObjectStore } from '../../gateways/object-store-s3.ts'
import { sweepCopies } from './sweep-copies.ts'

const objects = new S3ObjectStore(requiredVariable('ATTACHMENTS_BUCKET'))
const deps = { store: storeFromEnvironment(), runtime, objects }

export const handler = backgroundHandler((_: ScheduledEvent, observer, deadlineMs) =>
  sweepCopies({ ...deps, observer }, deadlineMs),
)
