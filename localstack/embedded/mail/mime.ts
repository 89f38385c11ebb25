import { TextDecoder } from 'node:util'

/** Headers (names in lower case, unfolded, RFC 2047 words decoded; of repeated ones the first) and body of a message (RFC 5322). */
export function parseMessage(raw: string): { headers: Record<string, string>; body: string } {
  const end = /\r?\n\r?\n/.exec(raw)
  const head = end ? raw.slice(0, end.index) : raw
  const headers: Record<string, string> = {}
  for (const line of head.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).trim().toLowerCase()
    if (colon > 0 && !Object.hasOwn(headers, name)) headers[name] = decodeWords(line.slice(colon + 1).trim())
  }
  return { headers, body: end ? raw.slice(end.index + end[0].length) : '' }
}

/** The first text and HTML part of a message, decoded; attachments are left out. */
export function readParts(raw: string): { text?: string; html?: string } {
  const { headers, body } = parseMessage(raw)
  const type = headers['content-type'] ?? 'text/plain'
  const boundary = /^multipart\/.*boundary="?([^";]+)"?/is.exec(type)?.[1]
  if (boundary !== undefined) return Object.assign({}, ...splitParts(body, boundary).map(readParts).reverse())
  if (/^attachment/i.test(headers['content-disposition'] ?? '')) return {}
  const content = decodeBody(body, headers['content-transfer-encoding'] ?? '7bit', type)
  if (/^text\/html/i.test(type)) return { html: content }
  return /^text\/plain/i.test(type) ? { text: content } : {}
}

/** Without what comes before the first boundary and after the last one. */
function splitParts(body: string, boundary: string): string[] {
  const parts: string[][] = []
  for (const line of body.split(/\r?\n/)) {
    const mark = line.trimEnd()
    if (mark === `--${boundary}--`) break
    if (mark === `--${boundary}`) parts.push([])
    else parts.at(-1)?.push(line)
  }
  return parts.map((lines) => lines.join('\r\n'))
}

function decodeBody(body: string, encoding: string, type: string): string {
  const charset = /charset="?([^";\s]+)/i.exec(type)?.[1] ?? 'utf-8'
  if (/^base64$/i.test(encoding)) return decodeBytes(Buffer.from(body, 'base64'), charset)
  if (/^quoted-printable$/i.test(encoding)) return decodeBytes(unquote(body.replace(/=\r?\n/g, '')), charset)
  return body
}

function decodeWords(text: string): string {
  return text
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?([^?]+)\?([bq])\?([^?]*)\?=/gi, (_whole, charset, encoding, word) => {
      const bytes = /b/i.test(encoding) ? Buffer.from(word, 'base64') : unquote(word.replaceAll('_', ' '))
      return decodeBytes(bytes, charset)
    })
}

function unquote(text: string): Buffer {
  const latin1 = Buffer.from(text, 'utf8').toString('latin1')
  return Buffer.from(
    latin1.replace(/=([0-9A-F]{2})/gi, (_whole, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  )
}

function decodeBytes(bytes: Uint8Array, charset: string): string {
  try {
    return new TextDecoder(charset).decode(bytes)
  } catch {
    // A charset that no one knows: better readable in part than refused.
    return new TextDecoder('utf-8').decode(bytes)
  }
}
