import type { ScheduledEvent } from 'aws-lambda'
import { SfnCallbacks } from '../../gateways/callbacks-sfn.ts'
import { S3Objects } from '../../gateways/objects-s3.ts'
import { observed } from '../observer.ts'
import { required, store, world } from '../runtime.ts'
import { sweepUploads } from './sweep-uploads.ts'

const objects = new S3Objects(required('ATTACHMENTS_BUCKET'))
const uploads = { store: store(), world, objects, callbacks: new SfnCallbacks() }

export const handler = observed((_: ScheduledEvent, observer, untilMs) => sweepUploads(uploads, observer, untilMs))
