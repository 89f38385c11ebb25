import type { Interceptor } from '../edge/answer.ts'
import type { EventLine } from '../events/event-line.ts'
import type { Extension } from '../extension.ts'
import type { LambdaPoolOptions } from '../lambda/lambda-pool.ts'
import type { MailSinkOptions } from '../mail/mail-sink.ts'
import type { Outputs } from '../outputs.ts'
import type { Log } from '../ports.ts'

export interface EmbeddedStackOptions {
  /**
   * What the stack calls itself to people: in messages and titles, in the path of its own pages (`/_embedded-aws/`), and in the file
   * that marks its data folder. By default `Embedded AWS`.
   */
  name?: string
  /** Folder of a synthesized cloud assembly. */
  assemblyDir: string
  /** Holds all state. Created if missing; used by one stack at a time. */
  dataDir: string
  /** Empties the data folder first. */
  fresh?: boolean
  /** Port of the edge; 0 chooses a free one. */
  port: number
  /** CloudFormation parameters; computed once the data folder is locked. */
  parameters?: (dataDir: string) => Record<string, string> | Promise<Record<string, string>>
  log: Log
  /** Called with a line for people when a step of the start begins. */
  onProgress?: (step: string) => void
  /** Limits of concurrent workers, for runs whose faults keep many invocations hanging. */
  workers?: Pick<LambdaPoolOptions, 'maxWorkers' | 'maxWorkersOf' | 'onUse'>
  /** What the app adds to the stack. */
  extensions?: readonly Extension[]
  mail?: Pick<MailSinkOptions, 'refusedDomain'>
  /**
   * Called when every service answers, and before anything that was stored goes on: executions, messages, streams and schedules wait until
   * it resolves. When it rejects, the stack does not start.
   */
  beforeWork?: (edge: { url: string; outputs: Outputs }) => Promise<void>
  /** Called around every AWS call at the edge, before fault rules. */
  interceptors?: readonly Interceptor[]
  /** Called around every invocation, before fault rules. */
  aroundInvocation?: LambdaPoolOptions['around']
  /** Called for each request, message, execution, failure and mail. */
  onEvent?: ((line: EventLine) => void) | undefined
  /** For a debugger, at whose breakpoints functions stand: no invocation is timed out. */
  withoutTimeLimits?: boolean
}
