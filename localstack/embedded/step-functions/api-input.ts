import { z } from 'zod'
import { AwsError } from '../aws-error.ts'

/** Reads an operation's input. Throws `ValidationException` for what AWS's own check of shapes would refuse. */
export function read<Shape>(schema: z.ZodType<Shape>, input: Record<string, unknown>): Shape {
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  const found = parsed.error.issues.map(
    ({ path, message }) => `Value at '${path.join('.')}' failed to satisfy constraint: ${message}`,
  )
  throw new AwsError(
    'ValidationException',
    `${found.length} validation error${found.length > 1 ? 's' : ''} detected: ${found.join('; ')}`,
  )
}

const forbiddenInNames = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]/u

/** Throws `InvalidName` for what can't be part of an ARN. */
export function checkName(name: string): string {
  if (name.length === 0 || name.length > 80 || forbiddenInNames.test(name))
    throw new AwsError('InvalidName', `Invalid Name: '${name}'`)
  return name
}

export function checkArn(arn: string): string {
  if (!arn.startsWith('arn:')) throw new AwsError('InvalidArn', `Invalid Arn: 'Invalid ARN prefix: ${arn}'`)
  return arn
}

/** Page sizes: 0 and absence mean 100, 1,000 is the most. */
export const pageSize = z
  .int()
  .min(0)
  .max(1000)
  .optional()
  .transform((size) => size || 100)

/** Where the next page starts, hidden from the caller as AWS hides it. */
export function toPageToken(position: string | number): string {
  return Buffer.from(String(position)).toString('base64url')
}

export function fromPageToken(token: string): string {
  const position = Buffer.from(token, 'base64url').toString()
  if (position === '' || toPageToken(position) !== token)
    throw new AwsError('InvalidToken', "Invalid Token: 'Invalid token'")
  return position
}

export function notImplemented(what: string): AwsError {
  return new AwsError('NotImplemented', `The embedded Step Functions does not support ${what}`, 501)
}
