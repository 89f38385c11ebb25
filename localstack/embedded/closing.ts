/**
 * The order in which parts stop. First what holds work up; then what brings new work (requests, schedules, messages); then the parts that
 * do the work, while the edge still serves what running functions need; then the edge; then the stores; last the folder's lock.
 */
const order = [
  'experiments',
  'faults',
  'apis',
  'schedules',
  'extensions',
  'sources',
  'stepFunctions',
  'pool',
  'edge',
  'mail',
  'queues',
  'dynamoDb',
  'checkpoints',
  'folder',
] as const

export interface Closing {
  add(part: (typeof order)[number], close: () => unknown): void
  /** Stops every part that was added, each once; a part that can't be stopped holds up no other. Throws the first failure. */
  run(): Promise<void>
}

export function createClosing(): Closing {
  const closers = new Map<string, () => unknown>()
  let running: Promise<void> | undefined

  async function closeAll() {
    const failures: unknown[] = []
    for (const part of order) {
      try {
        await closers.get(part)?.()
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length > 0) throw failures[0]
  }

  return {
    add: (part, close) => void closers.set(part, close),
    run() {
      running ??= closeAll()
      return running
    },
  }
}
