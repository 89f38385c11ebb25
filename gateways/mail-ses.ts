import { SESClient, type SESClientConfig, SendRawEmailCommand } from '@aws-sdk/client-ses'
import type { Mail, Mailer, MailOutcome } from './mail.ts'
import { isPlainAddress, mimeMessage } from './mime-message.ts'

/** {@link Mailer} on Amazon SES. Raw, because only so a message can have a header of its own (`SendEmail` of SES v1 has none). */
export class SesMailer implements Mailer {
  readonly #client: SESClient

  readonly #configurationSet: string | undefined

  /** By `configurationSet` SES knows whom to tell of a mail that comes back later. */
  constructor({ configurationSet, ...config }: SESClientConfig & { configurationSet?: string | undefined } = {}) {
    // Shorter than a step's time, so that it is this class that learns of a lost answer.
    const requestHandler = { connectionTimeout: 1_000, requestTimeout: 4_000, throwOnRequestTimeout: true }
    this.#configurationSet = configurationSet
    this.#client = new SESClient({ maxAttempts: 2, requestHandler, ...config })
  }

  async send(mail: Mail): Promise<MailOutcome> {
    if (!isPlainAddress(mail.to)) return { status: 'refused', why: 'the recipient is not a valid e-mail address' }
    const Data = await mimeMessage(mail)
    try {
      await this.#client.send(
        new SendRawEmailCommand({
          Source: mail.from,
          Destinations: [mail.to],
          RawMessage: { Data },
          ...(this.#configurationSet && { ConfigurationSetName: this.#configurationSet }),
        }),
      )
      return { status: 'accepted' }
    } catch (error) {
      if (error instanceof Error && error.name === 'MessageRejected')
        return { status: 'refused', why: 'the mail service refused the message' }
      throw error
    }
  }
}
