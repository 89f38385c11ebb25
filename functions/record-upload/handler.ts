import type { S3Event } from 'aws-lambda'
import { SfnCallbacks } from '../../gateways/callbacks-sfn.ts'
import { S3Objects } from '../../gateways/objects-s3.ts'
import { observed } from '../observer.ts'
import { required, store, world } from '../runtime.ts'
import { recordUploads } from './record-upload.ts'

const objects = new S3Objects(required('ATTACHMENTS_BUCKET'))
const uploads = { store: store(), world, objects, callbacks: new SfnCallbacks() }

export const handler = observed((event: S3Event, observer) => recordUploads(uploads, observer, event))
