import * as inspector from 'node:inspector'

/** Longer than anyone looks at a breakpoint, and short enough for every timer. */
export const noLimitMs = 24 * 3_600_000

/** Node's inspector for this process: a debugger that attaches finds the functions as worker threads of it. */
export interface Inspector {
  /** `ws://127.0.0.1:PORT/ID` */
  url: string
  /** Disconnects debuggers, which lets functions at breakpoints go on. */
  close(): void
}

/** Opens it on this machine only; port 0 picks a free one. Throws one line when the port is in use. */
export function openInspector(port: number): Inspector {
  inspector.open(port, '127.0.0.1')
  const url = inspector.url()
  if (url === undefined)
    throw new Error(
      `the inspector could not be opened on port ${port}: stop the process that listens on it, or choose another port with --inspect PORT`,
    )
  return { url, close: () => inspector.close() }
}
