/** The versions that a versioned bucket keeps of each object: what was overwritten or deleted can be had back. No function uses it. */
export interface ObjectVersions {
  /** Every version of an object, the newest first, without delete markers. */
  list(key: string): Promise<ObjectVersion[]>
  /** The bytes of a version; undefined when it is gone. */
  read(key: string, versionId: string): Promise<Uint8Array | undefined>
  /** Copies a version over whatever the key has now, a deletion too. Throws when the version is gone. */
  restore(key: string, versionId: string): Promise<void>
}

export interface ObjectVersion {
  versionId: string
  sizeBytes: number
}
