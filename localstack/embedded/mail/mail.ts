/** A mail that was accepted, as people and tests look at it. */
export interface Mail {
  /** SES's message id. */
  id: string
  acceptedAt: string
  /** Address of the sender, with its display name if there was one. */
  source: string
  to: string[]
  cc: string[]
  bcc: string[]
  replyTo: string[]
  subject: string
  text?: string
  html?: string
  /** Header names in lower case; of `SendRawEmail` all, of `SendEmail` those that SES makes of it. */
  headers: Record<string, string>
  /** SES message tags. */
  tags: Record<string, string>
  /** The message as it was sent by `SendRawEmail`. */
  raw?: string
}

/** A mail before it is accepted. */
export type Draft = Omit<Mail, 'id' | 'acceptedAt'>
