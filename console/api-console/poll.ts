import type { Visibility } from '../live/visibility.ts'

/** How a reading went: whether it succeeded, and how long the API asks to wait at least. */
export interface Reading {
  isOk: boolean
  retryAfterMs?: number | undefined
}

export interface Pace {
  /** Between the end of a reading and the next. */
  everyMs: number
  /** After failures the pause doubles each time, up to this. */
  slowestMs: number
}

/**
 * Reads again and again, never two at a time, and not while the page is hidden: then the next reading is when it is seen again. Returns how
 * to stop.
 */
export function poll(read: () => Promise<Reading>, visibility: Visibility, pace: Pace): () => void {
  let failures = 0
  let isReading = false
  let isStopped = false
  let timer: ReturnType<typeof setTimeout> | undefined

  async function turn() {
    timer = undefined
    if (isStopped || visibility.isHidden()) return
    isReading = true
    const reading = await read()
    isReading = false
    if (isStopped) return
    failures = reading.isOk ? 0 : failures + 1
    timer = setTimeout(turn, pauseMs(failures, reading, pace))
  }

  const unlisten = visibility.onChange(() => {
    if (!isReading && timer === undefined) void turn()
  })
  void turn()
  return () => {
    isStopped = true
    clearTimeout(timer)
    unlisten()
  }
}

function pauseMs(failures: number, { retryAfterMs = 0 }: Reading, { everyMs, slowestMs }: Pace): number {
  return Math.max(Math.min(everyMs * 2 ** failures, slowestMs), retryAfterMs)
}
