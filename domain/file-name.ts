import * as z from 'zod'

/** The longest name that common file systems allow. */
const bytesMax = 255

/** Path separators, including characters that NFKC normalization turns into one, and the characters that Windows reserves. */
const separators = /[/\\]/
const reservedCharacters = /[<>:"|?*]/

/** C0 and C1 controls, DEL, line and paragraph separators. They break headers, logs and terminals. */
const controls = /[\p{Cc}\u2028\u2029]/u

/** Characters that disguise a name: bidirectional marks, embeddings, overrides and isolates, zero-width characters, tags. */
const disguises = /[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/u

/** Device names of Windows, with any extension. */
const deviceNames = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9\u00b9\u00b2\u00b3])(?:\.|$)/i

/**
 * A file name, stored exactly as given. It must be safe to show and to save on any system: no path, no control or bidirectional
 * characters, no reserved name. Letters of every script are allowed.
 */
export const FileName = z
  .string()
  .refine((name) => name.length > 0, 'must not be empty')
  .refine((name) => name.isWellFormed(), 'must not contain unpaired surrogates')
  .refine((name) => Buffer.byteLength(name) <= bytesMax, `must have at most ${bytesMax} bytes in UTF-8`)
  .refine((name) => !separators.test(name.normalize('NFKC')), 'must not contain path separators')
  .refine((name) => !controls.test(name), 'must not contain control characters')
  .refine((name) => !disguises.test(name), 'must not contain invisible or text-direction characters')
  .refine((name) => !reservedCharacters.test(name), 'must not contain any of < > : " | ? *')
  .refine((name) => !deviceNames.test(name.trim()), 'must not be a reserved device name')
  .refine((name) => !name.startsWith('.') && !/^\s/u.test(name), 'must not begin with a dot or a space')
  .refine((name) => !name.endsWith('.') && !/\s$/u.test(name), 'must not end with a dot or a space')
  .meta({ minLength: 1, description: 'A plain file name of at most 255 bytes, without any path.' })
