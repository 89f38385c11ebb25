import { requiredVariable } from '../../app/environment.ts'
import { http } from '../../app/http/http.ts'
import { S3ObjectStore } from '../../gateways/object-store-s3.ts'
import { getAttachment } from './get-attachment.ts'

export const handler = http(getAttachment, { objects: new S3ObjectStore(requiredVariable('ATTACHMENTS_BUCKET')) })
