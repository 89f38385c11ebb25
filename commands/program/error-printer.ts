import { noopObserver, type Observer } from '../../app/observer.ts'

/** Prints errors to stderr, one line each, with the message of what was thrown; discards everything else. */
export const errorPrinter: Observer = { ...noopObserver, error: printError }

function printError(message: string, facts: object): void {
  const { error } = facts as { error?: unknown }
  console.error(`${message}: ${error instanceof Error ? error.message : String(error)}`)
}
