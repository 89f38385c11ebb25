/**
 * The ports of the embedded stack: the types by which its parts call each other. Each part has its own folder; `stack.ts` connects them as
 * the synthesized cloud assembly says.
 */

/** The account of all resources, as in LocalStack. */
export const accountId = '000000000000'

/** An IAM statement of a synthesized role, with its intrinsic functions resolved. */
export interface PolicyStatement {
  effect: 'Allow' | 'Deny'
  actions: string[]
  notActions?: string[]
  resources: string[]
  notResources?: string[]
  conditions?: Record<string, Record<string, unknown>>
}

/**
 * The caller: a session of a role (this stack issued its access key, `sessionName` is the function, `environment` its execution
 * environment), or the developer on this machine, who may do anything.
 */
export type Principal =
  | { kind: 'developer' }
  | { kind: 'role'; roleName: string; sessionName?: string; environment?: string; statements: PolicyStatement[] }

/** A call to an AWS API as the edge sees it: the input of authorization, fault rules and wake-ups. */
export interface AwsCall {
  /** IAM service prefix: `dynamodb`, `sqs`, `s3`, `states`, `ses`, `lambda`. */
  service: string
  /** API operation, such as `TransactWriteItems`. */
  operation: string
  principal: Principal
  /** The parsed input of the JSON and query protocols; for S3, bucket and key. */
  input: Record<string, unknown>
}

/** A service behind the edge, with JSON input and output. Throws `AwsError`. */
export interface JsonService {
  handle(operation: string, input: Record<string, unknown>, principal: Principal): Promise<unknown>
}

/** The outcome of an invocation. `errorType` is the `name` of the thrown error, as Lambda reports it. */
export type InvokeResult =
  | { status: 'succeeded'; payload: unknown }
  | { status: 'failed'; errorType: string; errorMessage: string; trace?: string[] }

/** Invokes a function by name, ARN or qualified ARN and waits for its result. Never rejects because the function failed. */
export type InvokeFunction = (functionRef: string, payload: unknown) => Promise<InvokeResult>

/**
 * Wakes pollers when there may be work: topic `dynamodb:<table>` after each write to the table, `sqs:<queueName>` after each send.
 * A wake-up has no content and may be spurious; the poller reads stored state.
 */
export interface Wakeups {
  notify(topic: string): void
  /** Resolves at the next `notify(topic)`, after `timeoutMs`, or when `signal` aborts. */
  wait(topic: string, options: { timeoutMs: number; signal: AbortSignal }): Promise<void>
}

/** The log of the embedded stack for people: one line per message, no stack traces for injected faults. */
export interface Log {
  info(message: string): void
  warn(message: string): void
}
