import * as z from 'zod'

/** Ids become parts of DynamoDB and S3 keys, so no id may contain `#`, `/` or control characters. */
export const TenantId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/)

/** A token's `sub`, in the forms that identity providers issue: UUIDs, e-mail addresses, `auth0|123`. */
export const UserId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._|@:+=-]{0,127}$/)

/** An id that this system generates. Wider than a UUID, so that a later version may use another format. */
export const ResourceId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/)

/** The name that an admin gives a webhook. Unique in its tenant. */
export const WebhookName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/)

/** What sagas call outside: the mail service, the malware scanner, or a webhook of the tenant by its name (`webhook:crm`). */
export const Dependency = z.string().regex(/^(mail|scanner|webhook:[A-Za-z0-9][A-Za-z0-9_-]{0,63})$/)
export type Dependency = z.infer<typeof Dependency>

/** The name that an admin gives an SLA policy. Unique in its tenant. */
export const SlaPolicyId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/)

/** A function that receives events and keeps checkpoints, such as `project-views`. */
export const ConsumerName = z.string().regex(/^[a-z][a-z-]{0,39}$/)

export const aggregateTypes = ['ticket', 'user', 'settings', 'saga', 'sla', 'resumption', 'redrive'] as const

/** The unit of consistency: partition key, version, event sequence and FIFO message group are per aggregate. */
export interface AggregateRef {
  type: (typeof aggregateTypes)[number]
  id: string
}
