import { SESClient, type SESClientConfig, SendRawEmailCommand } from '@aws-sdk/client-ses'
import { isMailbox } from '../domain/mailbox.ts'
import type { Mail, Mailer, MailOutcome } from './mailer.ts'
import { mimeMessage } from './mime-message.ts'

/** {@link Mailer} on Amazon SES. Uses SendRawEmail, because SendEmail of SES v1 takes no custom headers. */
export class SesMailer implements Mailer {
  readonly #client: SESClient

  readonly #configurationSet: string | undefined

  /** SES publishes later bounces and complaints to the destinations of `configurationSet`. */
  constructor({ configurationSet, ...config }: SESClientConfig & { configurationSet?: string | undefined } = {}) {
    // Shorter than a step's timeout, so that this class sees the lost response, and not Step Functions the lost step.
    const requestHandler = { connectionTimeout: 1_000, requestTimeout: 4_000, throwOnRequestTimeout: true }
    this.#configurationSet = configurationSet
    this.#client = new SESClient({ maxAttempts: 2, requestHandler, ...config })
  }

  async send(mail: Mail): Promise<MailOutcome> {
    if (!isMailbox(mail.to)) return { status: 'refused', why: 'the recipient is not a valid e-mail address' }
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
