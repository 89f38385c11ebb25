/**
 * A signal that aborts on the first Ctrl-C or SIGTERM, when the terminal is closed, or when the reader of stdout goes away, so that the
 * command can clean up. A second one of these signals ends the process at once.
 */
export function abortOnSignal(): AbortSignal {
  const controller = new AbortController()
  // Without a terminal, SIGHUP is ignored by who asked for it: nohup.
  const names = ['SIGINT', 'SIGTERM', ...(process.stdout.isTTY ? (['SIGHUP'] as const) : [])] as const
  const stop = () => {
    for (const name of names) process.off(name, stop)
    controller.abort(new Error('stopped'))
  }
  for (const name of names) process.on(name, stop)
  process.stdout.on('error', () => controller.abort(new Error('stdout was closed')))
  return controller.signal
}
