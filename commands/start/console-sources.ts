import { Worker } from 'node:worker_threads'
import type { ConsoleSources } from '../../localstack/steadfast/console/sources.ts'
import type { ConsoleReader } from '../../proof/console/console-reader.ts'

/** What the console's thread is asked, and what it answers. */
export interface ConsoleCall {
  id: number
  name: keyof ConsoleReader
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

  function ask<Name extends keyof ConsoleReader>(name: Name, argument?: unknown): ReturnType<ConsoleReader[Name]> {
    worker ??= start()
    const id = ++calls
    const answered = new Promise((resolve, reject) => void pending.set(id, { resolve, reject }))
    worker.postMessage({ id, name, argument } satisfies ConsoleCall)
    return answered as ReturnType<ConsoleReader[Name]>
  }

  return {
    depths: () => ask('depths'),
    promises: () => ask('promises'),
    life: (query) => ask('life', query),
    row: (ref) => ask('row', ref),
    doubleClick: (copies) => ask('doubleClick', copies),
    rest: () => void stop(),
    stop,
  }
}
