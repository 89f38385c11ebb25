import type { Actor } from './actor.ts'

/** What every command brings along: who acts, when (ISO 8601, UTC), and fresh ids for what it may bring into being. */
export interface CommandMetadata {
  by: Actor
  at: string
  ids: { target: string; message: string }
}
