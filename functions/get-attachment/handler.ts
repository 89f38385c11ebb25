import { requiredVariable } from '../../app/environment.ts'
import { httpHandler } from '../../app/http/http-handler.ts'
import { S3ObjectStore } from '../../gateways/object-store-s3.ts'
import { getAttachment } from './get-attachment.ts'

export const handler = httpHandler(getAttachment, {
  objects: new S3ObjectStore(requiredVariable('ATTACHMENTS_BUCKET')),
})
