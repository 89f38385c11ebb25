import type { ScanVerdict } from '../domain/scan-verdict.ts'

/** A scanner that cannot tell throws, so there is no `unscannable`. */
export type ImmediateVerdict = Exclude<ScanVerdict, { verdict: 'unscannable' }>

/** One stored object with its bytes. */
export interface ScannedObject {
  key: string
  etag: string
  bytes: Uint8Array
}

/**
 * Scans an uploaded object for malware and answers at once. Throws when it cannot tell: only an object known to be clean is promoted.
 * A scanner that delivers its verdict later as an event, such as GuardDuty Malware Protection, has its own saga step before this one
 * (docs/adr/0014).
 */
export interface Scanner {
  scan(object: ScannedObject): Promise<ImmediateVerdict>
}
