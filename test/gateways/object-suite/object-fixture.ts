import { createHash } from 'node:crypto'
import type { ObjectStore } from '../../../gateways/object-store.ts'
import { MemoryObjectStore } from '../../../gateways/object-store-memory.ts'
import { ManualRuntime } from '../../../proof/manual-runtime.ts'

/** An empty bucket to try, with what others than our functions do to it. */
export interface ObjectFixture {
  objects: ObjectStore
  /** A PUT to a presigned URL. */
  upload(url: string, headers: Record<string, string>, bytes: Uint8Array): Promise<'stored' | 'refused'>
  /** Whatever is there. */
  overwrite(key: string, bytes: Uint8Array): Promise<void>
  metadataOf(key: string): Promise<Record<string, string>>
  now(): number
  /** Absent where the clock is not ours to move. */
  advance?: (seconds: number) => void
}

export async function memoryObjectFixture(): Promise<ObjectFixture> {
  const runtime = new ManualRuntime()
  return objectFixtureOf(new MemoryObjectStore(runtime.now), runtime)
}

/** `objects` may be a twin with a mistake. */
export function objectFixtureOf(objects: MemoryObjectStore, runtime: ManualRuntime): ObjectFixture {
  return {
    objects,
    upload: async (url, headers, bytes) => objects.upload(url, headers, bytes),
    overwrite: async (key, bytes) => objects.replace(key, bytes),
    metadataOf: async (key) => objects.metadata.get(key) ?? {},
    now: runtime.now,
    advance: (seconds) => runtime.advance(seconds * 1000),
  }
}

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

/** What a client announces of a file before it uploads it. */
export function announced(fixture: ObjectFixture, key: string, text: string, forSeconds = 60) {
  const bytes = bytesOf(text)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const nowMs = fixture.now()
  return fixture.objects.presignUpload({
    key,
    contentType: 'text/plain',
    sizeBytes: bytes.length,
    sha256,
    nowMs,
    expiresAtMs: nowMs + forSeconds * 1000,
  })
}
