import type { Progress } from '../proof/load/run-load.ts'

const everyMs = 200

/** One line on a terminal that tells how far the run is; into a pipe, nothing. `done` leaves the line as it is. */
export function loadProgress(stream: NodeJS.WriteStream = process.stderr): {
  at(progress: Progress): void
  done(): void
} {
  const startedAtMs = performance.now()
  let shownAtMs = Number.NEGATIVE_INFINITY
  return {
    at({ requestsDone, requestsPlanned, attempts, lost }) {
      const nowMs = performance.now()
      if (!stream.isTTY || (nowMs - shownAtMs < everyMs && requestsDone < requestsPlanned)) return
      shownAtMs = nowMs
      const seconds = (nowMs - startedAtMs) / 1000
      const perSecond = Math.round(attempts / Math.max(seconds, 0.001))
      const more = lost > 0 ? `, ${lost} connections lost` : ''
      const text = `${requestsDone} of ${requestsPlanned} requests, ${attempts} answers${more}, ${perSecond}/s, ${Math.round(seconds)} s`
      stream.write(`\r${text}\x1b[K`)
    },
    done() {
      if (stream.isTTY && shownAtMs > 0) stream.write('\n')
    },
  }
}
