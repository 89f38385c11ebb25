/** Objects of one bucket. A key tells where an object lies; its ETag which bytes lie there. */
export interface Objects {
  /** An address to which exactly this file can be put, once, until `expiresAtMs`, with the headers that the sender must send. */
  addressForUpload(upload: Upload): Promise<{ url: string; headers: Record<string, string> }>
  /** An address from which anyone can download the object, without headers, for `forSeconds`. */
  addressForDownload(download: Download): Promise<string>
  /** Undefined when there is none. */
  head(key: string): Promise<ObjectHead | undefined>
  /** The bytes that this ETag names, or undefined when they are not there any more. At most `bytesMax` of them, which throws if there are more. */
  read(key: string, options: { etag: string; bytesMax: number }): Promise<Uint8Array | undefined>
  /** Copies exactly the bytes that `etag` names. `gone`: there is no such object, or it holds others by now; nothing was copied. */
  copy(copy: { from: string; to: string; etag: string }): Promise<'copied' | 'gone'>
  /** Whether it was there or not. */
  remove(key: string): Promise<void>
  /** One page of the objects under a prefix. */
  list(prefix: string, after?: string): Promise<{ objects: ListedObject[]; next?: string }>
}

export interface Upload {
  key: string
  contentType: string
  sizeBytes: number
  /** In hex. */
  sha256: string
  /** Milliseconds since 1970, UTC. */
  expiresAtMs: number
  nowMs: number
}

export interface Download {
  key: string
  contentType: string
  /** The name under which it is saved. */
  fileName: string
  forSeconds: number
}

export interface ObjectHead {
  etag: string
  sizeBytes: number
}

export interface ListedObject {
  key: string
  /** Milliseconds since 1970, UTC. */
  storedAtMs: number
}

/** `Content-Disposition` for saving under a name of any script (RFC 6266, RFC 8187), never for showing in place. */
export function savedAs(fileName: string): string {
  const plain = fileName.replaceAll(/[^\x20-\x7e]|["\\%]/gu, '_')
  const encoded = encodeURIComponent(fileName).replaceAll(/['()*]/g, (character) => `%${hex(character)}`)
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`
}

function hex(character: string): string {
  return character.charCodeAt(0).toString(16).toUpperCase()
}
