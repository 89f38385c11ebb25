import type { Runtime } from '../../domain/runtime.ts'
import type { Callbacks } from '../../gateways/callbacks.ts'
import type { Objects } from '../../gateways/objects.ts'
import type { Scanner } from '../../gateways/scanner.ts'

/** What the steps of the attachment saga need beside the tables. */
export interface AttachmentTools {
  objects: Objects
  scanner: Scanner
  callbacks: Callbacks
  runtime: Runtime
  /** How long an upload slot stays open. */
  uploadSeconds: number
}
