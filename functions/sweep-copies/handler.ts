import type { ScheduledEvent } from 'aws-lambda'
import { S3Objects } from '../../gateways/objects-s3.ts'
import { observed } from '../observer.ts'
import { required, store, world } from '../runtime.ts'
import { sweepCopies } from './sweep-copies.ts'

const sweeping = { store: store(), world, objects: new S3Objects(required('ATTACHMENTS_BUCKET')) }

export const handler = observed((_: ScheduledEvent, observer, untilMs) => sweepCopies(sweeping, observer, untilMs))
