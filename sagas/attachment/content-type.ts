import { isUtf8 } from 'node:buffer'
import { fileTypeFromBuffer } from 'file-type'
import type { ContentType } from '../../domain/attachment.ts'

/** What the content may be found to be, by what it was said to be. An animated PNG is a PNG. */
const accepted: Record<ContentType, readonly (string | undefined)[]> = {
  'image/png': ['image/png', 'image/apng'],
  'image/jpeg': ['image/jpeg'],
  'application/pdf': ['application/pdf'],
  // Text has no signature: what has one is no text.
  'text/plain': [undefined],
}

/** Bytes that terminals act on and editors choke at: all C0 controls but tab, line feed, form feed and carriage return. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const controls = /[\x00-\x08\x0b\x0e-\x1f\x7f]/

/** Whether a file is what it was said to be, judged by its bytes. Text is UTF-8 without control characters. */
export async function contentMatches(said: ContentType, bytes: Uint8Array): Promise<boolean> {
  const found = await fileTypeFromBuffer(bytes)
  if (!accepted[said].includes(found?.mime)) return false
  return said !== 'text/plain' || (isUtf8(bytes) && !controls.test(new TextDecoder().decode(bytes)))
}
