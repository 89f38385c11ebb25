import type { Trace } from '../domain/trace.ts'

/** One e-mail to one recipient. */
export interface Mail extends Trace {
  /** The same in every attempt, so that a receiver can detect a second copy. Sent as `X-Steadfast-Id`. */
  id: string
  /** Sent as `X-Steadfast-Tenant`. A later bounce is matched to its saga by tenant and id. */
  tenant: string
  from: string
  to: string
  subject: string
  /** Plain text; lines end with `\n`. */
  text: string
}

/**
 * `refused` is definite and about the message: it was not sent, and no retry would be accepted, because sender, recipient and content
 * stay the same. `why` contains neither the address nor any of the message's text.
 */
export type MailOutcome = { status: 'accepted' } | { status: 'refused'; why: string }

/** Sends mail at least once. Throws when the outcome is unknown. */
export interface Mailer {
  send(mail: Mail): Promise<MailOutcome>
}
