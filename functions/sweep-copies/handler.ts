import type { ScheduledEvent } from 'aws-lambda'
import { requiredVariable, runtime, storeFromEnvironment } from '../../app/environment.ts'
import { withObserver } from '../../app/observer.ts'
import { S3ObjectStore } from '../../gateways/object-store-s3.ts'
import { sweepCopies } from './sweep-copies.ts'

const sweeping = {
  store: storeFromEnvironment(),
  runtime,
  objects: new S3ObjectStore(requiredVariable('ATTACHMENTS_BUCKET')),
}

export const handler = withObserver((_: ScheduledEvent, observer, deadlineMs) =>
  sweepCopies(sweeping, observer, deadlineMs),
)
