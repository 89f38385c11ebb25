/**
 * A signal that aborts on the first Ctrl-C or SIGTERM, or when the reader of stdout goes away, so that the command can clean up. A second
 * Ctrl-C or SIGTERM ends the process at once.
 */
export function abortOnSignal(): AbortSignal {
  const controller = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => controller.abort(new Error('stopped')))
  process.stdout.on('error', () => controller.abort(new Error('stdout was closed')))
  return controller.signal
}
