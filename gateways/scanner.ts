/** What an inspection for malware came to. */
export type Verdict = { verdict: 'clean' } | { verdict: 'infected'; threat: string }

/** One stored object, with the bytes that its ETag names. */
export interface ScannedObject {
  key: string
  etag: string
  bytes: Uint8Array
}

/**
 * Looks for malware in what someone uploaded. Throws when it can't tell: what is not known to be clean is never promoted.
 * A service that takes its time (GuardDuty Malware Protection tells its verdict by an event) is waited for before this is asked, by
 * a step of its own (docs/adr/0014).
 */
export interface Scanner {
  scan(object: ScannedObject): Promise<Verdict>
}
