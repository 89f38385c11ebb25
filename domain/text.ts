import * as z from 'zod'

/**
 * Text that a person wrote, stored exactly as sent. `max` counts Unicode code points, as JSON Schema's `maxLength` does. Unpaired
 * surrogates are refused because UTF-8 can't encode them, NUL because many readers stop at it.
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
