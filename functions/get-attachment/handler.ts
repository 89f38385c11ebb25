import { S3Objects } from '../../gateways/objects-s3.ts'
import { http } from '../http/http.ts'
import { required } from '../runtime.ts'
import { getAttachment } from './get-attachment.ts'

export const handler = http(getAttachment, { objects: new S3Objects(required('ATTACHMENTS_BUCKET')) })
