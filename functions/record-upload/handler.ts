import type { S3Event } from 'aws-lambda'
import { backgroundHandler } from '../../app/background-handler.ts'
import { requiredVariable, runtime, storeFromEnvironment } from '../../app/environment.ts'
import { SfnCallbacks } from '../../gateways/callbacks-sfn.ts'
import { S3ObjectStore } from '../../gateways/object-store-s3.ts'
import { recordUploads } from './record-upload.ts'

const deps = {
  store: storeFromEnvironment(),
  runtime,
  objects: new S3ObjectStore(requiredVariable('ATTACHMENTS_BUCKET')),
  callbacks: new SfnCallbacks(),
}

export const handler = backgroundHandler((event: S3Event, observer, deadlineMs) =>
  recordUploads({ ...deps, observer }, event, deadlineMs),
)
