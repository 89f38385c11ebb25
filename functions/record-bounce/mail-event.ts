import * as z from 'zod'
import { ResourceId, TenantId } from '../../domain/ids.ts'
import type { Suppression } from '../../domain/user.ts'

const Recipients = z.array(z.object({ emailAddress: z.string() }))

/** What both kinds of notification have. */
const notification = { feedbackId: z.string().optional(), timestamp: z.string().optional() }

/** An SES notification about an accepted mail (Amazon SES, "Contents of event data that Amazon SES publishes to Amazon SNS"). */
export const SesEvent = z.object({
  bounce: z.object({ bounceType: z.string(), bouncedRecipients: Recipients, ...notification }).optional(),
  complaint: z.object({ complainedRecipients: Recipients, ...notification }).optional(),
  mail: z.object({
    messageId: z.string(),
    headers: z.array(z.object({ name: z.string(), value: z.string() })).default([]),
  }),
})

/** A permanent bounce of, or a complaint about, the mail of one saga. */
export interface MailFailure {
  /** Identifies the notification: a repeated delivery has the same id. */
  id: string
  why: Suppression
  emails: string[]
  /** When SES learned of it, if it says so. */
  happenedAt?: string | undefined
  tenant: string
  sagaId: string
}

/**
 * Parses an SNS message from SES. Returns undefined for a transient bounce (a full mailbox, an absence), for any other
 * notification, and for mail that no saga sent. Throws `SyntaxError` or `ZodError` when the message is not from SES.
 */
export function parseMailFailure(message: string): MailFailure | undefined {
  const { bounce, complaint, mail } = SesEvent.parse(JSON.parse(message))
  const header = (name: string) => mail.headers.find((candidate) => candidate.name.toLowerCase() === name)?.value
  const tenant = TenantId.safeParse(header('x-steadfast-tenant')).data
  const sagaId = ResourceId.safeParse(header('x-steadfast-id')).data
  if (!tenant || !sagaId) return undefined
  const failure = (
    why: Suppression,
    recipients: z.infer<typeof Recipients>,
    { feedbackId = mail.messageId, timestamp }: { feedbackId?: string | undefined; timestamp?: string | undefined },
  ): MailFailure => ({
    id: feedbackId,
    why,
    happenedAt: timestamp,
    emails: recipients.map(({ emailAddress }) => /<([^<>]+)>\s*$/.exec(emailAddress)?.[1] ?? emailAddress.trim()),
    tenant,
    sagaId,
  })
  if (bounce?.bounceType === 'Permanent') return failure('bounce', bounce.bouncedRecipients, bounce)
  if (complaint) return failure('complaint', complaint.complainedRecipients, complaint)
  return undefined
}
