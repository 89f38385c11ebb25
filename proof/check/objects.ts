import { createHash } from 'node:crypto'
import type { ObjectStore } from '../../gateways/object-store.ts'
import { S3ObjectStore } from '../../gateways/object-store-s3.ts'
import { EicarScanner } from '../../gateways/scanner-eicar.ts'
import { cleanPrefix, quarantinePrefix } from '../../sagas/attachment/object-keys.ts'
import { clientConfig, type Target } from '../target.ts'

/** An object of the attachments bucket. */
export interface StoredObject {
  key: string
  storedAtMs: number
  sizeBytes: number
  /** The hash, in hexadecimal. */
  sha256: string
  /** Whether it is the EICAR test file. Real malware takes a real scanner. */
  isInfected: boolean
}

/** Every object of a target's attachments bucket; undefined for a target without one. */
export async function readObjects({ outputs, edgeUrl }: Pick<Target, 'outputs' | 'edgeUrl'>) {
  const { AttachmentsBucket: bucket } = outputs
  return bucket === undefined ? undefined : storedObjects(new S3ObjectStore(bucket, clientConfig(edgeUrl)))
}

export async function storedObjects(objects: ObjectStore): Promise<StoredObject[]> {
  const found: StoredObject[] = []
  for (const prefix of [quarantinePrefix, cleanPrefix]) {
    let after: string | undefined
    do {
      const page = await objects.list(prefix, after)
      for (const { key, storedAtMs } of page.objects) {
        const head = await objects.head(key)
        const bytes = head && (await objects.read(key, { etag: head.etag, bytesMax: Number.MAX_SAFE_INTEGER }))
        // Deleted or replaced since it was listed: not evidence of anything.
        if (!bytes) continue
        const sha256 = createHash('sha256').update(bytes).digest('hex')
        const { verdict } = await new EicarScanner().scan({ key, etag: head.etag, bytes })
        found.push({ key, storedAtMs, sizeBytes: bytes.length, sha256, isInfected: verdict === 'infected' })
      }
      after = page.next
    } while (after)
  }
  return found
}
