import { MemoryObjectStore } from './object-store-memory.ts'
import type { ObjectVersion, ObjectVersions } from './object-versions.ts'

/** In-memory objects with {@link ObjectVersions}, for tests. */
export class VersionedMemoryObjectStore extends MemoryObjectStore {
  readonly #versions = new Map<string, Uint8Array[]>()

  override replace(key: string, bytes: Uint8Array): void {
    super.replace(key, bytes)
    this.#versions.set(key, [...(this.#versions.get(key) ?? []), Uint8Array.from(bytes)])
  }

  /** The id of a version is its place. */
  readonly versions: ObjectVersions = {
    list: async (key) =>
      (this.#versions.get(key) ?? [])
        .map(({ length }, index): ObjectVersion => ({ versionId: String(index), sizeBytes: length }))
        .toReversed(),
    read: async (key, versionId) => this.#versions.get(key)?.[Number(versionId)],
    restore: async (key, versionId) => {
      const bytes = this.#versions.get(key)?.[Number(versionId)]
      if (!bytes) throw new Error(`${key} has no version ${versionId}`)
      this.replace(key, bytes)
    },
  }
}
