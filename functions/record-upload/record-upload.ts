import type { S3Event } from 'aws-lambda'
import { handleUpload, type UploadDeps } from '../../app/handle-upload.ts'
import type { Observer } from '../../app/observer.ts'

/**
 * Takes note of objects that were stored in quarantine. Notifications come at least once and in no order. Throws when one could not
 * be taken note of: Lambda tries twice more, and then the sweeper finds the object.
 */
export async function recordUploads(uploads: UploadDeps, observer: Observer, { Records }: S3Event): Promise<void> {
  for (const { s3 } of Records) {
    // As in a form: S3 writes a space as a plus sign.
    const key = decodeURIComponent(s3.object.key.replaceAll('+', ' '))
    observer.info(await handleUpload(uploads, key), { key })
  }
}
