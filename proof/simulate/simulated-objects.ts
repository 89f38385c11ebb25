import type { ObjectStore } from '../../gateways/object-store.ts'
import type { MemoryObjectStore } from '../../gateways/object-store-memory.ts'
import { anyCall, errorNamed, type Process } from './process.ts'
import { labelOfKey } from './upload-events.ts'

const anyRead = ['crash before', 'request lost', 'slow answer'] as const
const anyChange = [...anyCall, 'late effect', 'sent twice'] as const

/** How long a copy of which nobody waits for the end takes, in milliseconds. */
const lateCopyMs = { afterwards: 3_000, max: 300_000 }

/** A bucket as one process reaches it. A presigned URL is computed, not asked for. */
export function simulatedObjects(process: Process, bucket: MemoryObjectStore): ObjectStore {
  const call = <T>(allowed: typeof anyRead | typeof anyChange, says: () => string, effect: () => Promise<T>) =>
    process.call<T>({ says, services: ['objects'], allowed, effect, withoutAnswer: timeOut })
  return {
    presignUpload: (upload) => bucket.presignUpload(upload),
    presignDownload: (download) => bucket.presignDownload(download),
    head: (key) =>
      call(
        anyRead,
        () => `looks for the object ${key}`,
        () => bucket.head(key),
      ),
    read: (key, options) =>
      call(
        anyRead,
        () => `reads the object ${key}`,
        () => bucket.read(key, options),
      ),
    copy: (copy) =>
      process.call({
        says: () => `copies the object of ${labelOfKey(copy.from)} to ${copy.to}`,
        services: ['objects'],
        allowed: [...anyCall, 'copy late', 'sent twice'],
        effect: () => bucket.copy(copy),
        otherEffects: {
          // S3 reads the original now, and stores the copy when it has all of it: by then, either may have been deleted.
          'copy late': async (number) => {
            const bytes = await bucket.read(copy.from, { etag: copy.etag, bytesMax: Number.POSITIVE_INFINITY })
            process.afterwards(lateCopyMs.afterwards + number(0) * lateCopyMs.max, () => {
              if (bytes) bucket.replace(copy.to, bytes)
            })
            await process.pause(number(1) * lateCopyMs.afterwards)
            return timeOut()
          },
        },
        withoutAnswer: timeOut,
      }),
    putOnce: (key, bytes) =>
      call(
        anyChange,
        () => `stores the object ${key}`,
        () => bucket.putOnce(key, bytes),
      ),
    delete: (key) =>
      call(
        anyChange,
        () => `deletes the object ${key}`,
        () => bucket.delete(key),
      ),
    list: (prefix, after) =>
      call(
        anyRead,
        () => `lists the objects under ${prefix}`,
        () => bucket.list(prefix, after),
      ),
  }
}

function timeOut(): never {
  throw errorNamed('TimeoutError')
}
