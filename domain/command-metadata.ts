import type { Actor } from './actor.ts'

/** What every command carries. A decision has no other source of time, ids or randomness. */
export interface CommandMetadata {
  by: Actor
  /** When the request was received: ISO 8601, UTC. */
  at: string
  /** Fresh ids for the rows that the command may create. */
  ids: { target: string; message: string }
  /** 32 fresh bytes from a cryptographically secure source, for a secret that the command may create. Used for nothing else. */
  secretBytes: Uint8Array
}

/** Standard Webhooks asks for a signing key of 24 to 64 bytes; 32 is the digest size of HMAC-SHA256. */
export const secretSizeBytes = 32
