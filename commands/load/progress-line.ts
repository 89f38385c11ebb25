import type { Progress } from '../../proof/load/run-load.ts'

/** A line on a terminal that shows how far a load run is. Prints nothing elsewhere. */
export interface ProgressLine {
  update(progress: Progress): void
  /** Ends the line and leaves it as it is. */
  done(): void
}

const updateEveryMs = 200

export function startProgressLine(stream: NodeJS.WriteStream = process.stderr): ProgressLine {
  const startedAtMs = performance.now()
  let shownAtMs = Number.NEGATIVE_INFINITY
  return {
    update({ requestsDone, requestsPlanned, attempts, lost }) {
      const nowMs = performance.now()
      if (!stream.isTTY || (nowMs - shownAtMs < updateEveryMs && requestsDone < requestsPlanned)) return
      shownAtMs = nowMs
      const seconds = (nowMs - startedAtMs) / 1000
      const perSecond = Math.round(attempts / Math.max(seconds, 0.001))
      const lostText = lost > 0 ? `, ${lost} connections lost` : ''
      const text = `${requestsDone} of ${requestsPlanned} requests, ${attempts} answers${lostText}, ${perSecond}/s, ${Math.round(seconds)} s`
      stream.write(`\r${text}\x1b[K`)
    },
    done() {
      if (stream.isTTY && shownAtMs > 0) stream.write('\n')
    },
  }
}
