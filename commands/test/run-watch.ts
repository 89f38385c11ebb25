const sayAfterMinutes = 3
/** No test of the long run takes half as long. */
const endAfterMinutes = 20

interface RunningFile {
  since: number
  tests: Set<string>
}

/** What runs in a test run, and how long nothing of it has ended. Times are milliseconds of one monotonic clock. */
export class RunWatch {
  readonly #files = new Map<string, RunningFile>()
  #lastEnd: number
  #lastSaid: number

  constructor(now: number) {
    this.#lastEnd = now
    this.#lastSaid = now
  }

  fileBegan(path: string, now: number): void {
    this.#files.set(path, { since: now, tests: new Set() })
  }

  testBegan(path: string, test: string): void {
    this.#files.get(path)?.tests.add(test)
  }

  testEnded(path: string, test: string, now: number): void {
    this.#files.get(path)?.tests.delete(test)
    this.#lastEnd = now
  }

  fileEnded(path: string, now: number): void {
    this.#files.delete(path)
    this.#lastEnd = now
  }

  /** What to say now, and whether the run is to be ended. Undefined when something ended, or was said, a short while ago. */
  look(now: number): { text: string; isOver: boolean } | undefined {
    const silent = minutesBetween(this.#lastEnd, now)
    const isOver = silent >= endAfterMinutes
    const isNews = silent >= sayAfterMinutes && minutesBetween(this.#lastSaid, now) >= sayAfterMinutes
    if (!isOver && !isNews) return undefined
    this.#lastSaid = now
    const running = [...this.#files].map(
      ([path, file]) => `  ${path}, for ${minutesBetween(file.since, now)} min${testsOf(file)}`,
    )
    const head = `No test has ended for ${silent} min.${isOver ? ' The run is ended as failed.' : ''} Still running:`
    return { text: [head, ...running].join('\n'), isOver }
  }
}

function testsOf({ tests }: RunningFile): string {
  return [...tests].map((test) => `: ${test}`).join('')
}

function minutesBetween(from: number, to: number): number {
  return Math.floor((to - from) / 60_000)
}
