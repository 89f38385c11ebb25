import type { ScheduledEvent } from 'aws-lambda'
import { requiredVariable, runtime, storeFromEnvironment } from '../../app/environment.ts'
import { withObserver } from '../../app/observer.ts'
import { SfnCallbacks } from '../../gateways/callbacks-sfn.ts'
import { S3ObjectStore } from '../../gateways/object-store-s3.ts'
import { sweepUploads } from './sweep-uploads.ts'

const objects = new S3ObjectStore(requiredVariable('ATTACHMENTS_BUCKET'))
const uploads = { store: storeFromEnvironment(), runtime, objects, callbacks: new SfnCallbacks() }

export const handler = withObserver((_: ScheduledEvent, observer, deadlineMs) =>
  sweepUploads(uploads, observer, deadlineMs),
)
