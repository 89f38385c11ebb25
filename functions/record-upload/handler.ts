import type { S3Event } from 'aws-lambda'
import { requiredVariable, runtime, storeFromEnvironment } from '../../app/environment.ts'
import { withObserver } from '../../app/observer.ts'
import { SfnCallbacks } from '../../gateways/callbacks-sfn.ts'
import { S3ObjectStore } from '../../gateways/object-store-s3.ts'
import { recordUploads } from './record-upload.ts'

const objects = new S3ObjectStore(requiredVariable('ATTACHMENTS_BUCKET'))
const uploads = { store: storeFromEnvironment(), runtime, objects, callbacks: new SfnCallbacks() }

export const handler = withObserver((event: S3Event, observer) => recordUploads(uploads, observer, event))
