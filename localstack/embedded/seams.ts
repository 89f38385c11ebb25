/**
 * Where the parts of the embedded stack meet. Each part lives in its own folder and knows the others only by these types;
 * `stack.ts` puts them together from the synthesized cloud assembly.
 */

/** All resources live in one account, as with LocalStack. */
export const accountId = '000000000000'

/** One IAM statement of a synthesized role, intrinsics already resolved. */
export interface PolicyStatement {
  effect: 'Allow' | 'Deny'
  actions: string[]
  notActions?: string[]
  resources: string[]
  notResources?: string[]
  conditions?: Record<string, Record<string, unknown>>
}

/**
 * Who sends a call: a role's session (its access key was issued by this stack, `sessionName` is the function, `environment` which of
 * its execution environments), or the person at this machine, who may do anything.
 */
export type Principal =
  | { kind: 'developer' }
  | { kind: 'role'; roleName: string; sessionName?: string; environment?: string; statements: PolicyStatement[] }

/** One call of an AWS API as the edge sees it: what authorization, faults and wake-ups are decided on. */
export interface AwsCall {
  /** IAM service prefix: `dynamodb`, `sqs`, `s3`, `states`, `ses`, `lambda`. */
  service: string
  /** API operation, such as `TransactWriteItems`. */
  operation: string
  principal: Principal
  /** The parsed input of the JSON and query protocols; for S3 the bucket and key. */
  input: Record<string, unknown>
}

/** A service that the edge speaks for with JSON in and out. Throws {@link AwsError}. */
export interface JsonService {
  handle(operation: string, input: Record<string, unknown>, principal: Principal): Promise<unknown>
}

/** What a function's invocation came to. `errorType` is the thrown error's `name`, as Lambda reports it. */
export type InvokeResult =
  | { status: 'succeeded'; payload: unknown }
  | { status: 'failed'; errorType: string; errorMessage: string; trace?: string[] }

/** Calls a function by name, ARN or qualified ARN and waits for its end. Never rejects for what the function did. */
export type InvokeFunction = (functionRef: string, payload: unknown) => Promise<InvokeResult>

/**
 * Tells sleepers that there may be work: `dynamodb:<table>` after each write to the table, `sqs:<queueName>` after each send.
 * A wake-up carries nothing and may be spurious; what to do is read from stored state.
 */
export interface Wakeups {
  notify(topic: string): void
  /** Resolves at the next `notify(topic)`, after `timeoutMs`, or when `signal` aborts. */
  wait(topic: string, options: { timeoutMs: number; signal: AbortSignal }): Promise<void>
}

/** Where the embedded stack tells people what happens: one line each, no stack traces for expected faults. */
export interface Log {
  info(message: string): void
  warn(message: string): void
}
