import type { ScanVerdict } from '../domain/scan-verdict.ts'

/** The attribute of an attachment's row that holds a verdict of this kind on the bytes with this ETag ({@link plainEtag}). */
export function verdictAttribute(etag: string, kind: ScanVerdict['verdict']): string {
  return `scan_${etag}_${kind}`
}

/** The ETag without the quotes that HTTP headers have and S3 events have not. */
export function plainEtag(etag: string): string {
  return etag.replaceAll('"', '')
}
