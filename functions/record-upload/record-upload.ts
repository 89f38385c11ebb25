import type { S3Event } from 'aws-lambda'
import { handleUpload, type UploadDeps } from '../../app/handle-upload.ts'
import type { Observer } from '../../app/observer.ts'

/**
 * Records objects that were uploaded to quarantine. S3 notifies at least once and in no order. When it throws, Lambda tries twice
 * more; after that the sweeper finds the object.
 */
export async function recordUploads(
  { observer, ...deps }: UploadDeps & { observer: Observer },
  { Records }: S3Event,
): Promise<void> {
  for (const { s3 } of Records) {
    // S3 encodes keys in notifications like form data: a space is a plus sign.
    const key = decodeURIComponent(s3.object.key.replaceAll('+', ' '))
    observer.info('upload handled', { key, outcome: await handleUpload(deps, key) })
  }
}
