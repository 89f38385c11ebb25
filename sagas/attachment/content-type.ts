import { isUtf8 } from 'node:buffer'
import type { ContentType } from '../../domain/attachment.ts'
import type { AttachmentTools } from './tools.ts'

/** Detected types that are accepted for each declared type. An animated PNG is a PNG. */
const accepted: Record<ContentType, readonly (string | undefined)[]> = {
  'image/png': ['image/png', 'image/apng'],
  'image/jpeg': ['image/jpeg'],
  'application/pdf': ['application/pdf'],
  // Plain text has no signature. Content with a signature is not plain text.
  'text/plain': [undefined],
}

/** Bytes that terminals interpret and editors reject: all C0 controls except tab, line feed, form feed and carriage return. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern detects them
const controls = /[\x00-\x08\x0b\x0e-\x1f\x7f]/

/** Whether a file's bytes are of the declared type. Plain text is UTF-8 without control characters. */
export async function contentMatches(
  declared: ContentType,
  bytes: Uint8Array,
  { detectType }: Pick<AttachmentTools, 'detectType'>,
): Promise<boolean> {
  if (!accepted[declared].includes(await detectType(bytes))) return false
  return declared !== 'text/plain' || (isUtf8(bytes) && !controls.test(new TextDecoder().decode(bytes)))
}
