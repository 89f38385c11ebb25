/** Shows on stderr what a long command is doing: a spinner on a terminal, one line per step elsewhere. */
export interface ProgressDisplay {
  /** Shows the step, with the time since the command started. A step that goes on is shown once. */
  step(what: string): void
  /** Shows a step together with how far it is, which only a terminal shows; undefined changes nothing. */
  show(progress: { step: string; detail: string } | undefined): void
  /** Shows a spinner on a terminal, and nothing elsewhere: for work whose result is printed anyway. */
  spin(what: string): void
  /** Prints a line that stays, on stderr or where `to` says. */
  line(text: string, to?: NodeJS.WritableStream): void
  /** Removes the spinner. */
  done(): void
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']

export function startProgress(stream: NodeJS.WriteStream = process.stderr): ProgressDisplay {
  const startedAtMs = Date.now()
  let current: { what: string; sinceMs: number } | undefined
  let frame = 0
  let lastStep: string | undefined
  const seconds = (sinceMs: number) => `${((Date.now() - sinceMs) / 1000).toFixed(1)} s`
  const clear = () => stream.isTTY && current !== undefined && stream.write('\r\u001b[K')
  const draw = () => {
    if (current === undefined) return
    stream.write(`\r\u001b[K${frames[frame++ % frames.length]} ${current.what} (${seconds(current.sinceMs)})`)
  }
  if (stream.isTTY) setInterval(draw, 100).unref()
  const show = (what: string, sinceMs: number) => {
    current = { what, sinceMs }
    draw()
  }
  return {
    step(what) {
      if (stream.isTTY) show(what, startedAtMs)
      else if (what !== lastStep) stream.write(`${what} … (${seconds(startedAtMs)})\n`)
      lastStep = what
    },
    show(progress) {
      if (!progress) return
      this.step(progress.step)
      if (stream.isTTY) show(progress.detail, startedAtMs)
    },
    spin(what) {
      if (stream.isTTY) show(what, Date.now())
    },
    line(text, to = stream) {
      clear()
      to.write(`${text}\n`)
    },
    done() {
      clear()
      current = undefined
    },
  }
}

/** Shows progress while `use` runs, and removes the spinner however it ends. */
export async function withProgress(use: (progress: ProgressDisplay) => Promise<void>): Promise<void> {
  const progress = startProgress()
  try {
    await use(progress)
  } finally {
    progress.done()
  }
}
