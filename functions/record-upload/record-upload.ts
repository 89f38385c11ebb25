import type { S3Event } from 'aws-lambda'
import { handleEachRecord } from '../../app/each-record.ts'
import { handleUpload, type UploadDeps } from '../../app/handle-upload.ts'
import type { Observer } from '../../app/observer.ts'

/**
 * Records objects that were uploaded to quarantine. S3 notifies at least once and in no order. When it throws, Lambda tries twice
 * more; after that the sweeper finds the object.
 */
export async function recordUploads(
  { observer, ...deps }: UploadDeps & { observer: Observer },
  { Records }: S3Event,
  deadlineMs: number,
): Promise<void> {
  await handleEachRecord({ ...deps, observer }, Records, deadlineMs, async ({ s3 }) => {
    // S3 encodes keys in notifications like form data: a space is a plus sign.
    const key = decodeURIComponent(s3.object.key.replaceAll('+', ' '))
    observer.info('upload handled', { key, outcome: await handleUpload(deps, key) })
  })
}
