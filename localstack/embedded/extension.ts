import { buffer } from 'node:stream/consumers'
import type { RowListener } from './dynamodb/row-feed.ts'
import type { LocalHandler } from './edge/local-routes.ts'
import type { EventListener } from './events/event-feed.ts'
import type { EventMeaning, StackEvent } from './events/stack-event.ts'
import type { CountedRule } from './faults/rule.ts'
import { authorize } from './iam/authorize.ts'
import type { MailSink } from './mail/mail-sink.ts'
import type { Outputs } from './outputs.ts'
import type { InvokeFunction, Log } from './ports.ts'
import type { Objects } from './s3/objects.ts'
import type { ObjectEvent } from './s3/s3.ts'
import type { Kind, PublishedEvent } from './template/kind.ts'
import type { StackModel } from './template/model.ts'

/** What an app adds to the embedded stack: resource types, events, pages. It serves one start of one stack. */
export interface Extension {
  /** CloudFormation types that it gives a meaning to, by name. */
  kinds?: Record<string, Kind>
  /** What it puts on the default event bus. A rule for events that nothing publishes stops the start. */
  events?: readonly PublishedEvent[]
  /** Refuses a model before anything runs. Throws `TemplateError`. */
  check?(model: StackModel): void
  /** What the app knows of an event, for the log of events. Called only while somebody reads it. Undefined for what it does not know. */
  meaningOf?(event: StackEvent): EventMeaning | undefined
  /** Called when every service answers, before event sources are polled. */
  start?(host: ExtensionHost): void
  /** Waits for running work; called before the services stop. */
  stop?(): Promise<void>
}

/** The running stack as an extension sees it. */
export interface ExtensionHost {
  outputs: Outputs
  mail: Pick<MailSink, 'list'>
  invoke: InvokeFunction
  log: Log
  /** Puts an event on the default event bus: every rule whose pattern it matches brings it to its targets. */
  putEvent(event: object): void
  /** Undefined for an object that does not exist. */
  readObject(bucketName: string, key: string): Promise<StoredObject | undefined>
  /** In the order of their bytes. */
  objectKeys(bucketName: string, prefix: string): string[]
  /** Calls `listen` for each object that is created or removed from now on. */
  onObject(listen: (event: ObjectEvent) => void): void
  /** Calls `listen` for each event from now on, until the returned function is called. Costs nothing while nobody listens. */
  onEvent(listen: EventListener): () => void
  /**
   * Calls `listen` for each row of these tables that is changed from now on, with the row before and after, until the returned function is
   * called. Costs two readings of each written row, and nothing while nobody listens.
   */
  onRowChange(tableNames: readonly string[], listen: RowListener): () => void
  /** The fault rules that are set, with how often each matched and was injected. */
  faultRules(): CountedRule[]
  /** Serves a page for this machine only; `path` follows the stack's local root, such as `/_embedded-aws/`. */
  addPage(path: string, handler: LocalHandler): void
  /** Whether the policies of a role allow the action on the resource. */
  isAllowed(roleName: string, action: string, resource: string): boolean
}

export interface StoredObject {
  /** Without quotes. */
  etag: string
  body: Buffer
}

export function readObjectIn({ read }: Pick<Objects, 'read'>): ExtensionHost['readObject'] {
  return async (bucket, key) => {
    const object = read(bucket, key)
    return object && { etag: object.etag, body: await buffer(object.body) }
  }
}

export function isAllowedIn({ roles }: StackModel): ExtensionHost['isAllowed'] {
  return (roleName, action, resource) => {
    const statements = roles.find(({ name }) => name === roleName)?.statements ?? []
    return authorize(statements, { action, resources: [resource], context: {} }) === 'allowed'
  }
}
