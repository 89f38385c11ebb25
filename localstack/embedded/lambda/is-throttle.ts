import { AwsError } from '../aws-error.ts'

/** Lambda's answer that a function has no free concurrency. The function did not run, so it costs no attempt. */
export function isThrottle(error: unknown): boolean {
  return error instanceof AwsError && error.code === 'TooManyRequestsException'
}
