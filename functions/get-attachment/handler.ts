import { requiredVariable } from '../../app/environment.ts'
import { http } from '../../app/http/http.ts'
import { S3Objects } from '../../gateways/objects-s3.ts'
import { getAttachment } from './get-attachment.ts'

export const handler = http(getAttachment, { objects: new S3Objects(requiredVariable('ATTACHMENTS_BUCKET')) })
