import PostalMime, { decodeWords } from 'postal-mime'

/** A message (RFC 5322) as far as a mail page shows it. */
export interface Message {
  /** Names in lower case, values unfolded and with RFC 2047 words decoded; of repeated ones the first. */
  headers: Record<string, string>
  /** The first text and HTML part, decoded; attachments are left out. */
  text?: string
  html?: string
}

export async function readMessage(raw: string): Promise<Message> {
  const { headers, text, html } = await PostalMime.parse(raw)
  const decoded = headers.toReversed().map(({ key, value }) => [key, decodeWords(value)])
  return {
    headers: Object.fromEntries(decoded),
    ...(text !== undefined && { text }),
    ...(html !== undefined && { html }),
  }
}
