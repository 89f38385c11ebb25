import { createHash } from 'node:crypto'
import type { Download, ListedObject, ObjectCopy, ObjectHead, ObjectStore, Upload } from './object-store.ts'

/** Objects on a page of a list, as S3 returns them. */
const pageSize = 1_000

/** In-memory {@link ObjectStore} for tests and simulation. */
export class MemoryObjectStore implements ObjectStore {
  readonly #objects = new Map<string, { bytes: Uint8Array; etag: string; storedAtMs: number }>()
  /** Of each copy, by its key. */
  readonly metadata = new Map<string, Record<string, string>>()
  readonly #now: () => number

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  /** What a PUT to a presigned upload URL does: it stores the object unless the key is taken (`If-None-Match: *`). */
  put(key: string, bytes: Uint8Array): 'stored' | 'refused' {
    if (this.#objects.has(key)) return 'refused'
    this.replace(key, bytes)
    return 'stored'
  }

  /** Overwrites an object, as a caller with S3 permissions could, but no holder of an upload URL. */
  replace(key: string, bytes: Uint8Array): void {
    const etag = `"${createHash('md5').update(bytes).digest('hex')}"`
    this.#objects.set(key, { bytes: Uint8Array.from(bytes), etag, storedAtMs: this.#now() })
  }

  keys(): string[] {
    return [...this.#objects.keys()].toSorted()
  }

  async presignUpload({ key, contentType, sizeBytes, expiresAtMs }: Upload) {
    const headers = { 'Content-Type': contentType, 'Content-Length': String(sizeBytes) }
    return { url: `https://objects.example.com/${key}?expiresAtMs=${expiresAtMs}`, headers }
  }

  async presignDownload({ key }: Download): Promise<string> {
    return `https://objects.example.com/${key}`
  }

  async head(key: string): Promise<ObjectHead | undefined> {
    const object = this.#objects.get(key)
    return object && { etag: object.etag, sizeBytes: object.bytes.length }
  }

  async read(key: string, { etag, bytesMax }: { etag: string; bytesMax: number }): Promise<Uint8Array | undefined> {
    const object = this.#objects.get(key)
    if (object?.etag !== etag) return undefined
    if (object.bytes.length > bytesMax)
      throw new Error(`the object has ${object.bytes.length} bytes, at most ${bytesMax} were expected`)
    return Uint8Array.from(object.bytes)
  }

  async copy({ from, to, etag, metadata }: ObjectCopy): Promise<'copied' | 'gone'> {
    const object = this.#objects.get(from)
    if (object?.etag !== etag) return 'gone'
    this.replace(to, object.bytes)
    this.metadata.set(to, metadata)
    return 'copied'
  }

  async putOnce(key: string, bytes: Uint8Array): Promise<'stored' | 'exists'> {
    return this.put(key, bytes) === 'stored' ? 'stored' : 'exists'
  }

  async delete(key: string): Promise<void> {
    this.#objects.delete(key)
  }

  async list(prefix: string, after = ''): Promise<{ objects: ListedObject[]; next?: string }> {
    const following = this.keys().filter((key) => key.startsWith(prefix) && key > after)
    const page = following.slice(0, pageSize)
    const objects = page.map((key) => ({ key, storedAtMs: this.#objects.get(key)?.storedAtMs ?? 0 }))
    const last = page.at(-1)
    return { objects, ...(last !== undefined && following.length > page.length && { next: last }) }
  }
}
