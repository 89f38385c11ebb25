/** npm passes a terminal's Ctrl-C on to its child, which the terminal has told itself: the same one comes twice. */
const sameSignalMs = 500

/**
 * A signal that aborts on the first Ctrl-C or SIGTERM, when the terminal is closed, or when the reader of stdout goes away, so that the
 * command can clean up. A second one of these signals ends the process at once.
 */
export function abortOnSignal(): AbortSignal {
  const controller = new AbortController()
  // Without a terminal, SIGHUP is ignored by who asked for it: nohup.
  const names = ['SIGINT', 'SIGTERM', ...(process.stdout.isTTY ? (['SIGHUP'] as const) : [])] as const
  let stoppedAtMs: number | undefined
  const stop = (name: NodeJS.Signals) => {
    const nowMs = performance.now()
    stoppedAtMs ??= nowMs
    if (!controller.signal.aborted) return controller.abort(new Error('stopped'))
    if (nowMs - stoppedAtMs < sameSignalMs) return
    for (const each of names) process.off(each, stop)
    process.kill(process.pid, name)
  }
  for (const name of names) process.on(name, stop)
  process.stdout.on('error', () => controller.abort(new Error('stdout was closed')))
  return controller.signal
}
