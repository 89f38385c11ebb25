import type { Runtime } from '../../domain/runtime.ts'
import type { Callbacks } from '../../gateways/callbacks.ts'
import type { ObjectStore } from '../../gateways/object-store.ts'
import type { Scanner } from '../../gateways/scanner.ts'

/** What the steps of the attachment saga need beside the tables. */
export interface AttachmentTools {
  objects: ObjectStore
  scanner: Scanner
  callbacks: Callbacks
  runtime: Runtime
  /** How long an upload slot stays open. */
  uploadSeconds: number
}
