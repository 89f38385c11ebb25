import type { AccessLookups } from '../iam/needed-access.ts'
import type { Log, Principal } from '../ports.ts'
import type { Interceptor } from './answer.ts'
import type { EdgeServices } from './aws-services.ts'

export interface AwsFrontOptions {
  services: EdgeServices
  /** Whose access key and session token these are; undefined when the call was not signed. */
  identify(accessKeyId: string | undefined, sessionToken?: string): Principal
  /** The secret of an access key that was issued here, to verify presigned addresses with. A developer's is `test`. */
  secretOf(accessKeyId: string): string | undefined
  /** Around every AWS call, after it was authorized, the first one outermost. */
  interceptors?: readonly Interceptor[]
  /** What authorization must know of the stack. */
  access: AccessLookups
  log: Log
  /** Epoch milliseconds. */
  now?: () => number
}
