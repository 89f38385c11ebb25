import { randomBytes, randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { AwsError } from '../aws-error.ts'
import type { JsonService } from '../ports.ts'
import { addressOf, domainOf, isAddress } from './addresses.ts'
import type { Draft, Mail } from './mail.ts'
import { mailPage } from './mail-page.ts'
import { type MailFilter, openMailStore } from './mail-store.ts'
import { readSendEmail, readSendRawEmail } from './ses-input.ts'

/** SES version 1 on this machine: takes mail and shows it, sends nothing. */
export interface MailSink {
  /** `SendEmail` and `SendRawEmail`, each answering `{ MessageId }` once the mail is on disk. */
  service: JsonService
  list(filter?: MailFilter): Mail[]
  /** The mails as a page, or as JSON at a path that ends in `.json` (`?id=`, `?email=`, `?header=NAME:VALUE`, `?limit=`). */
  serve(request: IncomingMessage, response: ServerResponse, url: URL): void
  close(): void
}

export interface MailSinkOptions {
  dataDir: string
  /** Title of its page. */
  title: string
  /**
   * Mail to any address under this domain is refused as SES refuses an address that is not verified, so that a refusal can be shown
   * and tested.
   */
  refusedDomain?: string
  now?: () => Date
  /** Called for each mail that was accepted. */
  onMail?: ((mail: Mail) => void) | undefined
}

/** SES's limit for one message, all kinds of recipients together. */
const recipientsMax = 50

/** A page is for reading; the JSON has all. */
const pageMailsMax = 200

export function createMailSink({
  dataDir,
  title,
  refusedDomain,
  now = () => new Date(),
  onMail,
}: MailSinkOptions): MailSink {
  const store = openMailStore(dataDir)

  function accept(draft: Draft): { MessageId: string } {
    const recipients = [...draft.to, ...draft.cc, ...draft.bcc]
    checkAddresses(draft.source, recipients)
    if (refusedDomain !== undefined) checkVerified(recipients, refusedDomain)
    const id = `${randomBytes(8).toString('hex')}-${randomUUID()}-000000`
    const mail = { ...draft, id, acceptedAt: now().toISOString() }
    store.add(mail, recipients.map(addressOf))
    onMail?.(mail)
    return { MessageId: id }
  }

  return {
    service: {
      async handle(operation, input) {
        if (operation === 'SendEmail') return accept(readSendEmail(input))
        if (operation === 'SendRawEmail') return accept(await readSendRawEmail(input))
        throw new AwsError('NotImplemented', `the local mail sink does not support ${operation}`, 501)
      },
    },
    list: store.list,
    serve(_request, response, { pathname, searchParams }) {
      const isJson = pathname.endsWith('.json')
      const mails = store.list({ ...(isJson ? {} : { limit: pageMailsMax }), ...filterOf(searchParams) })
      response.writeHead(200, {
        'content-type': isJson ? 'application/json; charset=utf-8' : 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        // What mails say comes from anyone: nothing of it may run.
        'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
        'x-content-type-options': 'nosniff',
      })
      response.end(isJson ? JSON.stringify({ messages: mails }) : mailPage(mails, title))
    },
    close: store.close,
  }
}

function checkAddresses(source: string, recipients: readonly string[]): void {
  if (recipients.length === 0) throw new AwsError('InvalidParameterValue', "Missing required header 'To'.")
  if (recipients.length > recipientsMax)
    throw new AwsError('MessageRejected', `Recipient count exceeds ${recipientsMax}.`)
  for (const address of [source, ...recipients]) {
    if (!isAddress(address)) throw new AwsError('InvalidParameterValue', `Invalid address: ${address}`)
  }
}

function checkVerified(recipients: readonly string[], refusedDomain: string): void {
  const refused = recipients.filter((recipient) => `.${domainOf(recipient)}`.endsWith(`.${refusedDomain}`))
  if (refused.length === 0) return
  const who = refused.map(addressOf).join(', ')
  throw new AwsError(
    'MessageRejected',
    `Email address is not verified. The local mail sink refuses ${refusedDomain}: ${who}`,
  )
}

function filterOf(query: URLSearchParams): MailFilter {
  const header = /^([^:]+):(.*)$/s.exec(query.get('header') ?? '')
  const limit = Number.parseInt(query.get('limit') ?? '', 10)
  return {
    ...(query.has('id') && { id: query.get('id') ?? '' }),
    ...(query.has('email') && { recipient: query.get('email') ?? '' }),
    ...(header && { header: { name: header[1] ?? '', value: header[2] ?? '' } }),
    ...(limit > 0 && { limit }),
  }
}
