import * as z from 'zod'

/** What file systems allow in a name: 255 bytes. */
const bytesMax = 255

/** Path separators, in any spelling that a compatibility normalization would turn into one, and what Windows reserves. */
const separators = /[/\\]/
const reservedCharacters = /[<>:"|?*]/

/** C0 and C1 controls, DEL, line and paragraph separators: they break headers, logs and terminals. */
const controls = /[\p{Cc}\u2028\u2029]/u

/** What makes a name look like another one: marks, embeddings, overrides and isolates of direction, invisible characters, tags. */
const deceptions = /[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/u

/** Names of devices on Windows, whatever extension follows. */
const devices = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9\u00b9\u00b2\u00b3])(?:\.|$)/i

/**
 * The name of a file as its owner gave it, kept exactly. It must be safe wherever it is shown or saved: no path, no control or bidi
 * characters, no name that a system takes for something else. Letters of any script are fine.
 */
export const FileName = z
  .string()
  .refine((name) => name.length > 0, 'must not be empty')
  .refine((name) => name.isWellFormed(), 'must not contain unpaired surrogates')
  .refine((name) => Buffer.byteLength(name) <= bytesMax, `must have at most ${bytesMax} bytes in UTF-8`)
  .refine((name) => !separators.test(name.normalize('NFKC')), 'must not contain path separators')
  .refine((name) => !controls.test(name), 'must not contain control characters')
  .refine((name) => !deceptions.test(name), 'must not contain invisible characters or such that change the direction')
  .refine((name) => !reservedCharacters.test(name), 'must not contain any of < > : " | ? *')
  .refine((name) => !devices.test(name.trim()), 'must not be a name that is reserved for devices')
  .refine((name) => !name.startsWith('.') && !/^\s/u.test(name), 'must not begin with a dot or a space')
  .refine((name) => !name.endsWith('.') && !/\s$/u.test(name), 'must not end with a dot or a space')
  .meta({ minLength: 1, description: 'A plain file name of at most 255 bytes, without any path.' })
