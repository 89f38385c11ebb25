import type { Mail } from './mail.ts'

/**
 * A mail as RFC 5322 text. Every value is encoded or checked, so that no title, however written, can add a header or an address:
 * subjects as RFC 2047 words, the text as base64. SES adds Message-ID and Date. Throws `Error` on an address or id that could break out.
 */
export function mimeMessage({ id, tenant, from, to, subject, text, correlationId }: Mail): string {
  const headers = [
    ['From', address(from)],
    ['To', address(to)],
    ['Subject', encodedWords(subject)],
    ['X-Steadfast-Id', token(id)],
    ['X-Steadfast-Tenant', token(tenant)],
    ['X-Correlation-Id', encodedWords(correlationId)],
    // RFC 3834: vacation responders do not answer it.
    ['Auto-Submitted', 'auto-generated'],
    ['MIME-Version', '1.0'],
    ['Content-Type', 'text/plain; charset=utf-8'],
    ['Content-Transfer-Encoding', 'base64'],
  ]
  const body = Buffer.from(text.replaceAll(/\r\n|\r|\n/g, crlf)).toString('base64')
  return [...headers.map(([name, value]) => `${name}: ${value}`), '', ...lines(body), ''].join(crlf)
}

const crlf = '\r\n'

/** RFC 2045, 6.8: encoded lines have at most 76 characters. */
function lines(base64: string): string[] {
  return base64.match(/.{1,76}/g) ?? []
}

/** Whether this can stand in a header and in an SMTP envelope as it is: one address in ASCII, without a name. */
export function isAddress(text: string): boolean {
  return /^[^\s<>@,;:"()[\]\\]+@[^\s<>@,;:"()[\]\\]+$/.test(text) && /^[\x21-\x7e]+$/.test(text)
}

function address(text: string): string {
  if (!isAddress(text)) throw new Error('this is no address that a mail can bear')
  return text
}

function token(text: string): string {
  if (!/^[\w.-]+$/.test(text)) throw new Error('this is no id that a mail can bear')
  return text
}

/** Bytes of text in one word: 30 give 52 characters with base64 and frame, so a line with the longest name keeps to 76 (RFC 2047, 2). */
const wordBytesMax = 30

/** Text as RFC 2047 words, folded; plain printable ASCII stays as it is. Never splits a character between words. */
function encodedWords(text: string): string {
  if (/^[\x20-\x7e]{1,60}$/.test(text) && !text.includes('=?') && text.trim() === text) return text
  const words: string[] = []
  let word = ''
  for (const character of text) {
    if (Buffer.byteLength(word + character) > wordBytesMax) {
      words.push(word)
      word = ''
    }
    word += character
  }
  return [...words, word].map((each) => `=?UTF-8?B?${Buffer.from(each).toString('base64')}?=`).join(`${crlf} `)
}
