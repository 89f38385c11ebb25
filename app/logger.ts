import { Logger } from '@aws-lambda-powertools/logger'
import { plainError } from './plain-error.ts'

/** A logger that writes JSON lines, and of errors only what this system or the runtime wrote: no stored row, no request. */
export function createLogger(): Logger {
  return new Logger({ jsonReplacerFn: (_, value) => plainError(value) })
}
