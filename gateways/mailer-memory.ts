import type { Mail, Mailer, MailOutcome } from './mailer.ts'

/** In-memory {@link Mailer} for tests and simulation. Records accepted mail and refuses every address under `bounce.example.com`. */
export class MemoryMailer implements Mailer {
  readonly sent: Mail[] = []

  async send(mail: Mail): Promise<MailOutcome> {
    if (isBouncing(mail.to)) return { status: 'refused', why: 'the mail service refused the message' }
    this.sent.push(structuredClone(mail))
    return { status: 'accepted' }
  }
}

function isBouncing(address: string): boolean {
  const domain = address.slice(address.lastIndexOf('@') + 1).toLowerCase()
  return domain === 'bounce.example.com' || domain.endsWith('.bounce.example.com')
}
