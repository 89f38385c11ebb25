/** What the author of an extension needs. */
export type { RowChange, RowListener } from './dynamodb/row-feed.ts'
export { type LocalHandler, sendText } from './edge/local-routes.ts'
export type { EventListener } from './events/event-feed.ts'
export type { EventLine } from './events/event-line.ts'
export type { EventMeaning, StackEvent } from './events/stack-event.ts'
export type { Extension, ExtensionHost, StoredObject } from './extension.ts'
export type { CountedRule } from './faults/rule.ts'
export type { Mail } from './mail/mail.ts'
export { accountId, type InvokeResult, type Log, type PolicyStatement } from './ports.ts'
export type { ObjectEvent } from './s3/s3.ts'
export { requireAllowed } from './template/check-access.ts'
export { region } from './template/intrinsics.ts'
export {
  arn,
  type Kind,
  kind,
  type LoadContext,
  nameOf,
  physicalName,
  type Resource,
  text,
  why,
} from './template/kind.ts'
export type { ModelDraft, RoleModel, StackModel } from './template/model.ts'
export { TemplateError } from './template/template-error.ts'
