import MailComposer from 'nodemailer/lib/mail-composer'
import { encodeWord } from 'nodemailer/lib/mime-funcs'
import { isMailbox } from '../domain/mailbox.ts'
import type { Mail } from './mailer.ts'

/**
 * Composes a mail as an RFC 5322 message in UTF-8. The same mail gives the same bytes, so that every attempt sends the same message.
 * Every value is encoded or checked, so that no title can add a header or a recipient: subjects are RFC 2047 encoded words, the text
 * is base64. Throws `Error` when an address or id could break out of its header.
 */
export async function mimeMessage({
  id,
  tenant,
  from,
  to,
  subject,
  text,
  correlationId,
  traceparent,
}: Mail): Promise<Buffer> {
  const composer = new MailComposer({
    from: checkedAddress(from),
    to: checkedAddress(to),
    headers: {
      Subject: encodedHeader(subject),
      'X-Steadfast-Id': checkedId(id),
      'X-Steadfast-Tenant': checkedId(tenant),
      'X-Correlation-Id': encodedHeader(correlationId),
      ...(traceparent !== undefined && { Traceparent: encodedHeader(traceparent) }),
      // RFC 3834: vacation responders do not answer the mail.
      'Auto-Submitted': 'auto-generated',
      ...setBySes,
    },
    // RFC 2045, 6.8: encoded text has CRLF line breaks.
    text: text.replaceAll(/\r\n|\r|\n/g, '\r\n'),
    encoding: 'base64',
    newline: 'win',
    // The composer writes `X-Steadfast-ID`.
    normalizeHeaderKey: (name) => name.replace(/-ID$/, '-Id'),
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return composer.compile().build()
}

/** Empty, so that the composer writes none: its own would be different in every attempt, and SES replaces them anyway. */
const setBySes = { 'Message-ID': { value: '' }, Date: ' ' }

function checkedAddress(text: string): { name: string; address: string } {
  if (!isMailbox(text))
    throw new Error('sender or recipient is not a valid e-mail address: expected one ASCII address without a name')
  return { name: '', address: text }
}

function checkedId(text: string): string {
  if (!/^[\w.-]+$/.test(text))
    throw new Error('not a valid id for a mail header: only letters, digits, _, . and - are allowed')
  return text
}

/** A line holds 76 characters (RFC 2047, 2), the longest header name here takes 18 of them. */
const encodedWordLengthMax = 52

/**
 * A header value that reads back exactly as it is. The composer alone would fold line breaks into spaces and pass on text that only
 * looks like an encoded word, so everything but short printable ASCII is encoded here.
 */
function encodedHeader(text: string): string | { value: string; prepared: true; foldLines: true } {
  if (/^[\x20-\x7e]{1,60}$/.test(text) && !text.includes('=?') && text.trim() === text) return text
  return { value: encodeWord(text, 'B', encodedWordLengthMax), prepared: true, foldLines: true }
}
