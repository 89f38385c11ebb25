import type { Runtime } from '../../domain/runtime.ts'
import type { Callbacks } from '../../gateways/callbacks.ts'
import type { Objects } from '../../gateways/objects.ts'
import type { Scanner } from '../../gateways/scanner.ts'

/** What the steps of the attachment saga work with, beside the tables. */
export interface AttachmentTools {
  objects: Objects
  scanner: Scanner
  callbacks: Callbacks
  runtime: Runtime
  /** How long a slot for an upload is open. */
  uploadSeconds: number
}
