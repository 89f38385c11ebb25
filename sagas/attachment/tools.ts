import type { Runtime } from '../../domain/runtime.ts'
import type { Callbacks } from '../../gateways/callbacks.ts'
import type { ObjectStore } from '../../gateways/object-store.ts'
import type { Scanner } from '../../gateways/scanner.ts'

/** What the steps of the attachment saga need beside the tables. */
export interface AttachmentTools {
  objects: ObjectStore
  scanner: Scanner
  /** ./detect-type.ts: a tool, so that code that only reads the saga's description need not load every signature. */
  detectType: (bytes: Uint8Array) => Promise<string | undefined>
  callbacks: Callbacks
  runtime: Runtime
  /** How long an upload slot stays open. */
  uploadSeconds: number
}
