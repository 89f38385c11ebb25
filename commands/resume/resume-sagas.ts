import type { Runtime } from '../../domain/runtime.ts'

/** A parked saga, as the list of the API has it. */
export interface ParkedSaga {
  name: string
  lastAttempt?: { step: string; error?: string } | undefined
}

export interface Filters {
  name?: string | undefined
  step?: string | undefined
  error?: string | undefined
  since?: string | undefined
}

/** A resumption in an answer of the API. */
export interface ResumptionProgress {
  id: string
  state: 'running' | 'finished'
  resumed: number
  refused: number
  failed: number
}

/** The operations of the API that this needs. `request` and `progress` throw when there is no answer, or none that helps. */
export interface SagaApi {
  list(query: Filters & { state: 'parked'; cursor?: string }): Promise<{ items: ParkedSaga[]; nextCursor?: string }>
  request(filter: Filters, key: string): Promise<ResumptionProgress>
  progress(id: string): Promise<ResumptionProgress>
}

export interface ResumeDeps {
  api: Pick<SagaApi, 'request' | 'progress'>
  runtime: Pick<Runtime, 'sleep' | 'newId'>
  /** Ends the watching; the resumption goes on. */
  signal?: AbortSignal
  onProgress?: (soFar: ResumptionProgress) => void
}

/** Tries of one call, a second apart. */
const triesMax = 5

/** Asks the system to resume every parked saga that passes the filters, and watches it to its end. Throws what the API keeps answering. */
export async function resumeSagas(deps: ResumeDeps, filters: Filters): Promise<ResumptionProgress> {
  const { api, runtime, signal, onProgress } = deps
  const key = runtime.newId()
  let progress = await tried(deps, () => api.request(filters, key))
  while (progress.state === 'running' && !signal?.aborted) {
    onProgress?.(progress)
    await runtime.sleep(1_000)
    const { id } = progress
    progress = await tried(deps, () => api.progress(id))
  }
  return progress
}

async function tried<T>({ runtime }: ResumeDeps, call: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++)
    try {
      return await call()
    } catch (cause) {
      if (tries >= triesMax || (cause as { retryable?: boolean }).retryable === false) throw cause
      await runtime.sleep(1_000)
    }
}

/** How many parked sagas pass the filters, by what they are, where they failed, and with which error. */
export async function countParked(api: Pick<SagaApi, 'list'>, filters: Filters): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  for await (const { name, lastAttempt } of parkedSagas(api, filters)) {
    const group = [name, lastAttempt?.step ?? 'no attempt', lastAttempt?.error ?? 'no error'].join(', ')
    counts.set(group, (counts.get(group) ?? 0) + 1)
  }
  return counts
}

async function* parkedSagas(api: Pick<SagaApi, 'list'>, filters: Filters): AsyncGenerator<ParkedSaga> {
  let cursor: string | undefined
  do {
    const page = await api.list({ ...filters, state: 'parked', ...(cursor !== undefined && { cursor }) })
    yield* page.items
    cursor = page.nextCursor
  } while (cursor !== undefined)
}
