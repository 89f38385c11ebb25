import { createHash } from 'node:crypto'
import type { Download, ListedObject, ObjectCopy, ObjectHead, ObjectStore, Upload } from './object-store.ts'

/** Objects on a page of a list, as S3 returns them. */
const pageSize = 1_000

/** What the SDK declares where nobody names a type. */
const contentTypeDefault = 'application/octet-stream'

interface StoredObject {
  bytes: Uint8Array
  etag: string
  contentType: string
  storedAtMs: number
}

/** In-memory {@link ObjectStore} for tests and simulation. It is held to what S3 does by test/gateways/object-suite. */
export class MemoryObjectStore implements ObjectStore {
  readonly #objects = new Map<string, StoredObject>()
  /** The metadata of each copy, by its key. */
  readonly metadata = new Map<string, Record<string, string>>()
  readonly #now: () => number

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  /** Stores an object unless the key is taken (`If-None-Match: *`), whatever an upload URL says of it: see {@link upload}. */
  put(key: string, bytes: Uint8Array): 'stored' | 'refused' {
    if (this.#objects.has(key)) return 'refused'
    this.replace(key, bytes)
    return 'stored'
  }

  /** A PUT to a presigned upload URL: refused when it has expired, the key is taken, or the file is another than the announced one. */
  upload(url: string, headers: Record<string, string>, bytes: Uint8Array): 'stored' | 'refused' {
    const { pathname, searchParams } = new URL(url)
    const signed = { ...JSON.parse(searchParams.get('signed') ?? '{}'), 'Content-Length': String(bytes.length) }
    const sent = { ...headers, 'x-amz-checksum-sha256': createHash('sha256').update(bytes).digest('base64') }
    const isAsSigned = Object.entries(signed).every(([name, value]) => sent[name as keyof typeof sent] === value)
    if (!isAsSigned || this.#now() >= Number(searchParams.get('expiresAtMs'))) return 'refused'
    const key = decodeURIComponent(pathname.slice(1))
    if (this.#objects.has(key)) return 'refused'
    this.replace(key, bytes, headers['Content-Type'])
    return 'stored'
  }

  /** Overwrites an object, as a caller with S3 permissions could, but no holder of an upload URL. */
  replace(key: string, bytes: Uint8Array, contentType = contentTypeDefault): void {
    const etag = `"${createHash('md5').update(bytes).digest('hex')}"`
    this.#objects.set(key, { bytes: Uint8Array.from(bytes), etag, contentType, storedAtMs: this.#now() })
    this.metadata.delete(key)
  }

  /** Keys in the order of their UTF-8 bytes, as S3 lists them. */
  keys(): string[] {
    return [...this.#objects.keys()].toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  }

  async presignUpload({ key, contentType, sizeBytes, sha256, expiresAtMs }: Upload) {
    const headers = {
      'Content-Type': contentType,
      'Content-Length': String(sizeBytes),
      'x-amz-checksum-sha256': Buffer.from(sha256, 'hex').toString('base64'),
      'If-None-Match': '*',
    }
    const query = new URLSearchParams({ expiresAtMs: String(expiresAtMs), signed: JSON.stringify(headers) })
    return { url: `https://objects.example.com/${encodeURIComponent(key)}?${query}`, headers }
  }

  async presignDownload({ key }: Download): Promise<string> {
    return `https://objects.example.com/${key}`
  }

  async head(key: string): Promise<ObjectHead | undefined> {
    const object = this.#objects.get(key)
    return object && { etag: object.etag, sizeBytes: object.bytes.length, contentType: object.contentType }
  }

  async read(key: string, { etag, bytesMax }: { etag: string; bytesMax: number }): Promise<Uint8Array | undefined> {
    const object = this.#objects.get(key)
    if (object?.etag !== etag) return undefined
    if (object.bytes.length > bytesMax)
      throw new Error(`the object has ${object.bytes.length} bytes, at most ${bytesMax} were expected`)
    return Uint8Array.from(object.bytes)
  }

  async copy({ from, to, etag, contentType, metadata }: ObjectCopy): Promise<'copied' | 'gone'> {
    const object = this.#objects.get(from)
    if (object?.etag !== etag) return 'gone'
    this.replace(to, object.bytes, contentType)
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
    const isFollowing = (key: string) => Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0
    const following = this.keys().filter((key) => key.startsWith(prefix) && isFollowing(key))
    const page = following.slice(0, pageSize)
    const objects = page.flatMap((key) => {
      const { etag, bytes, storedAtMs } = this.#objects.get(key) ?? {}
      return etag && bytes && storedAtMs !== undefined ? [{ key, etag, sizeBytes: bytes.length, storedAtMs }] : []
    })
    const last = page.at(-1)
    return { objects, ...(last !== undefined && following.length > page.length && { next: last }) }
  }
}
