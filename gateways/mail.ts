/** One e-mail to one person. `id` is told to the receiving side (`X-Steadfast-Id`): the same in every attempt. */
export interface Mail {
  id: string
  /** Whose mail it is (`X-Steadfast-Tenant`): news of a mail that came back later is told by both. */
  tenant: string
  from: string
  to: string
  subject: string
  /** Plain text, lines ended by `\n`. */
  text: string
  correlationId: string
}

/**
 * `refused` is definite and about the message: it was not sent, and would not be however often it is tried, as what is judged
 * (sender, recipient, content) is the same each time. `why` holds no address and no words of the message.
 */
export type MailOutcome = { status: 'accepted' } | { status: 'refused'; why: string }

/** Sends mail, at least once. Throws when it is not known what came of it. */
export interface Mailer {
  send(mail: Mail): Promise<MailOutcome>
}
