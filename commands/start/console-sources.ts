import { Worker } from 'node:worker_threads'
import type { PlayableScenario } from '../../console/wire-play.ts'
import type { ConsoleSources } from '../../localstack/steadfast/console/sources.ts'
import type { ConsoleReader } from '../../proof/console/console-reader.ts'
import { playScenario } from './scenario-player.ts'
import { startLoad } from './start-load.ts'

/** What the console's thread does. */
export interface ThreadCalls extends ConsoleReader {
  scenarios(): Promise<PlayableScenario[]>
}

/** What the console's thread is asked, and what it answers. */
export interface ConsoleCall {
  id: number
  name: keyof ThreadCalls
  argument: unknown
}
export interface ConsoleReply {
  id: number
  value?: unknown
  error?: string
}

interface Pending {
  resolve(value: unknown): void
  reject(error: Error): void
}

/** Reads stored data for the console in a thread, which there is only while somebody watches. */
export function createConsoleSources(dataDir: string): ConsoleSources {
  let worker: Worker | undefined
  const pending = new Map<number, Pending>()
  let calls = 0

  function start(): Worker {
    const started = new Worker(new URL('./console-worker.ts', import.meta.url), {
      workerData: { dataDir },
    })
    started.unref()
    started.on('message', ({ id, value, error }: ConsoleReply) => {
      const { resolve, reject } = pending.get(id) ?? {}
      pending.delete(id)
      if (error === undefined) resolve?.(value)
      else reject?.(new Error(error))
    })
    started.on('error', (error) => end(started, error as Error))
    started.on('exit', () => end(started, new Error('the reader has ended')))
    return started
  }

  function end(ended: Worker, error: Error) {
    if (worker !== ended) return
    worker = undefined
    for (const { reject } of pending.values()) reject(error)
    pending.clear()
  }

  async function stop() {
    const stopped = worker
    if (!stopped) return
    end(stopped, new Error('nobody watches any more'))
    await stopped.terminate()
  }

  function ask<Name extends keyof ThreadCalls>(name: Name, argument?: unknown): ReturnType<ThreadCalls[Name]> {
    worker ??= start()
    const id = ++calls
    const answered = new Promise((resolve, reject) => void pending.set(id, { resolve, reject }))
    worker.postMessage({ id, name, argument } satisfies ConsoleCall)
    return answered as ReturnType<ThreadCalls[Name]>
  }

  return {
    depths: () => ask('depths'),
    promises: () => ask('promises'),
    timelines: (query) => ask('timelines', query),
    row: (ref) => ask('row', ref),
    rowChanges: (recorded) => ask('rowChanges', recorded),
    saga: (ref) => ask('saga', ref),
    operate: (request) => ask('operate', request),
    doubleClick: (copies) => ask('doubleClick', copies),
    rows: (query) => ask('rows', query),
    replay: (query) => ask('replay', query),
    scenarios: () => ask('scenarios'),
    play: playScenario,
    load: (choice, tell) => startLoad(dataDir, choice, tell),
    rest: () => void stop(),
    stop,
  }
}
