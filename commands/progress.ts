/** Tells what a long command is doing: a spinner on a terminal, one line per step elsewhere. */
export interface Progress {
  step(what: string): void
  /** A line that stays. */
  line(text: string): void
  done(): void
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']

export function startProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  const startedAtMs = Date.now()
  const seconds = () => `${((Date.now() - startedAtMs) / 1000).toFixed(1)} s`
  let current: string | undefined
  let frame = 0
  const clear = () => stream.isTTY && current !== undefined && stream.write('\r\u001b[K')
  const draw = () => {
    if (current !== undefined) stream.write(`\r\u001b[K${frames[frame++ % frames.length]} ${current} (${seconds()})`)
  }
  const timer = stream.isTTY ? setInterval(draw, 100) : undefined
  return {
    step(what) {
      current = what
      if (stream.isTTY) draw()
      else stream.write(`${what} … (${seconds()})\n`)
    },
    line(text) {
      clear()
      stream.write(`${text}\n`)
    },
    done() {
      clearInterval(timer)
      clear()
      current = undefined
    },
  }
}
