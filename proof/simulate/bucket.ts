import { MemoryObjectStore } from '../../gateways/object-store-memory.ts'

/** What hears of a bucket's objects, at the moment in which they change. */
export interface BucketListener {
  stored(key: string, bytes: Uint8Array): void
  deleted(key: string): void
  /** A client has put an object under a presigned URL. S3 announces it. */
  uploaded(key: string, bytes: Uint8Array): void
}

/** The bucket of attachments: the in-memory twin, and those who hear of its objects. */
export class Bucket extends MemoryObjectStore {
  readonly #listener: BucketListener

  constructor(now: () => number, listener: BucketListener) {
    super(now)
    this.#listener = listener
  }

  override put(key: string, bytes: Uint8Array): 'stored' | 'refused' {
    const outcome = super.put(key, bytes)
    if (outcome === 'stored') this.#listener.uploaded(key, bytes)
    return outcome
  }

  override replace(key: string, bytes: Uint8Array): void {
    super.replace(key, bytes)
    this.#listener.stored(key, bytes)
  }

  override async delete(key: string): Promise<void> {
    await super.delete(key)
    this.#listener.deleted(key)
  }
}
