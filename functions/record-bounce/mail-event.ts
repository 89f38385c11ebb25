import * as z from 'zod'
import { ResourceId, TenantId } from '../../domain/ids.ts'
import type { Suppression } from '../../domain/user.ts'

const Recipients = z.array(z.object({ emailAddress: z.string() }))

/** What SES tells of a mail that it had accepted (Amazon SES, "Contents of event data that Amazon SES publishes to Amazon SNS"). */
const SesEvent = z.object({
  bounce: z
    .object({ bounceType: z.string(), bouncedRecipients: Recipients, feedbackId: z.string().optional() })
    .optional(),
  complaint: z.object({ complainedRecipients: Recipients, feedbackId: z.string().optional() }).optional(),
  mail: z.object({
    messageId: z.string(),
    headers: z.array(z.object({ name: z.string(), value: z.string() })).default([]),
  }),
})

/** That mail of one saga came back for good, or was called spam. `id` names this news, however often it comes. */
export interface Comeback {
  id: string
  why: Suppression
  emails: string[]
  tenant: string
  sagaId: string
}

/**
 * The comeback that an SNS message tells of; undefined for what passes (a full mailbox, an absence), what is not about one of our
 * mails, and other news. Throws `SyntaxError` or `ZodError` on what SES would not send.
 */
export function comebackOf(message: string): Comeback | undefined {
  const { bounce, complaint, mail } = SesEvent.parse(JSON.parse(message))
  const header = (wanted: string) => mail.headers.find(({ name }) => name.toLowerCase() === wanted)?.value
  const tenant = TenantId.safeParse(header('x-steadfast-tenant')).data
  const sagaId = ResourceId.safeParse(header('x-steadfast-id')).data
  if (!tenant || !sagaId) return undefined
  const told = (why: Suppression, recipients: z.infer<typeof Recipients>, feedbackId = mail.messageId): Comeback => ({
    id: feedbackId,
    why,
    emails: recipients.map(({ emailAddress }) => /<([^<>]+)>\s*$/.exec(emailAddress)?.[1] ?? emailAddress.trim()),
    tenant,
    sagaId,
  })
  if (bounce?.bounceType === 'Permanent') return told('bounce', bounce.bouncedRecipients, bounce.feedbackId)
  if (complaint) return told('complaint', complaint.complainedRecipients, complaint.feedbackId)
  return undefined
}
