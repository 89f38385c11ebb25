/** The objects of one bucket. A key names a place; an ETag names the bytes stored there. */
export interface ObjectStore {
  /**
   * A presigned URL that accepts exactly this file, once, until `expiresAtMs`, and the headers that the uploader must send. A PUT of
   * another length, type or digest, or to a key that is taken, is refused.
   */
  presignUpload(upload: Upload): Promise<{ url: string; headers: Record<string, string> }>
  /** A presigned URL from which anyone can download the object, without headers, for `expiresInSeconds`. */
  presignDownload(download: Download): Promise<string>
  /** Returns `undefined` when no object has this key. */
  head(key: string): Promise<ObjectHead | undefined>
  /**
   * Returns the bytes, or `undefined` when the object is gone or has another ETag by now. Throws when there are more than `bytesMax`.
   */
  read(key: string, options: { etag: string; bytesMax: number }): Promise<Uint8Array | undefined>
  /** Copies an object if it has this ETag. `gone`: it does not exist or has another ETag by now, and nothing was copied. */
  copy(copy: ObjectCopy): Promise<'copied' | 'gone'>
  /** Stores an object unless one has this key (`If-None-Match: *`). */
  putOnce(key: string, bytes: Uint8Array): Promise<'stored' | 'exists'>
  /** Deletes an object. Succeeds when it does not exist. */
  delete(key: string): Promise<void>
  /** One page of the objects under a prefix, in the order of their keys, behind the key `after`; `next` is the last key, if more follow. */
  list(prefix: string, after?: string): Promise<{ objects: ListedObject[]; next?: string }>
}

export interface Upload {
  key: string
  contentType: string
  sizeBytes: number
  /** SHA-256 of the content, in hex. */
  sha256: string
  /** Milliseconds since the Unix epoch. */
  expiresAtMs: number
  nowMs: number
}

export interface Download {
  key: string
  contentType: string
  /** The name under which the browser saves the file. */
  fileName: string
  expiresInSeconds: number
}

export interface ObjectCopy {
  from: string
  to: string
  etag: string
  /** The type of the copy: S3 does not keep that of the original where the metadata is replaced. */
  contentType?: string | undefined
  /** Stored with the copy as `x-amz-meta-…`. Names in lower case; names and values in ASCII. */
  metadata: Record<string, string>
}

export interface ObjectHead {
  etag: string
  sizeBytes: number
  contentType?: string
}

export interface ListedObject {
  key: string
  etag: string
  sizeBytes: number
  /** Milliseconds since the Unix epoch. */
  storedAtMs: number
}

/** `Content-Disposition` that makes a browser save the file under this name, in any script, and never display it (RFC 6266, RFC 8187). */
export function attachmentDisposition(fileName: string): string {
  const plain = fileName.replaceAll(/[^\x20-\x7e]|["\\%]/gu, '_')
  const encoded = encodeURIComponent(fileName).replaceAll(/['()*]/g, (character) => `%${hex(character)}`)
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`
}

function hex(character: string): string {
  return character.charCodeAt(0).toString(16).toUpperCase()
}
