import * as z from 'zod'

/**
 * Text as people wrote it, kept exactly as sent. Length counts Unicode code points, as JSON Schema does.
 * Unpaired surrogates can't be stored as UTF-8 and NUL breaks too many readers downstream, so both are refused.
 */
export function text({ max }: { max: number }) {
  return z
    .string()
    .refine((value) => value.isWellFormed(), 'must not contain unpaired surrogates')
    .refine((value) => !value.includes('\0'), 'must not contain NUL')
    .refine((value) => value.length > 0, 'must not be empty')
    .refine((value) => value.length <= max || [...value].length <= max, `must have at most ${max} characters`)
    .meta({ minLength: 1, maxLength: max })
}

export const Title = text({ max: 200 })
export const Body = text({ max: 32_768 })
export const Reason = text({ max: 500 })
