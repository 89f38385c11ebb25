/**
 * Aborted by the first Ctrl-C or SIGTERM, or when nobody reads the output any more, so that what was begun is put right; a second
 * signal ends the process at once.
 */
export function abortOnSignal(): AbortSignal {
  const asked = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => asked.abort(new Error('stopped')))
  process.stdout.on('error', () => asked.abort(new Error('nobody reads the output')))
  return asked.signal
}
