import type { Runtime } from '../../domain/runtime.ts'
import type { Throttle } from '../../proof/throttle.ts'

/** A parked saga, as the list of the API has it. */
export interface ParkedSaga {
  id: string
  name: string
  parkingId: string
  lastAttempt?: { step: string; error?: string } | undefined
}

export interface Filters {
  name?: string | undefined
  step?: string | undefined
  error?: string | undefined
  since?: string | undefined
}

/** The two operations of the API that this needs. `status` is undefined when the answer was lost. */
export interface SagaApi {
  list(query: Filters & { state: 'parked'; cursor?: string }): Promise<{ items: ParkedSaga[]; nextCursor?: string }>
  resume(saga: ParkedSaga, key: string): Promise<{ status: number | undefined; retryable: boolean; detail?: string }>
}

export interface Resumed {
  resumed: number
  /** Resumed by somebody else since it was listed, or parked again. */
  movedOn: number
  failed: number
  /** Whether the end of the list was reached. */
  complete: boolean
}

export interface ResumeDeps {
  api: SagaApi
  runtime: Pick<Runtime, 'sleep'>
  /** Counts requests. */
  throttle: Pick<Throttle, 'add' | 'wait'>
  signal?: AbortSignal
  onProgress?: (soFar: Resumed) => void
  onFailure?: (saga: ParkedSaga, why: string) => void
}

/** Tries of one resume, a second apart. */
const triesMax = 5

/** The parking is not current any more, or its key was used: by another operator, as the key is made from the parking. */
const movedOn = [404, 409, 422]

/**
 * Resumes every parked saga that passes the filters, each by a command of its own whose key is its parking: stopped and run again, or run
 * twice at once, it resumes each parking once. A saga that parks again meanwhile is not resumed again in the same run.
 */
export async function resumeSagas(deps: ResumeDeps, filters: Filters): Promise<Resumed> {
  const counts = { resumed: 0, movedOn: 0, failed: 0 }
  for await (const saga of parkedSagas(deps.api, filters)) {
    if (deps.signal?.aborted) return { ...counts, complete: false }
    await resumeOne(deps, saga, counts)
    deps.onProgress?.({ ...counts, complete: false })
  }
  return { ...counts, complete: true }
}

/** How many parked sagas pass the filters, by what they are, where they failed, and with which error. */
export async function countParked(api: SagaApi, filters: Filters): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  for await (const { name, lastAttempt } of parkedSagas(api, filters)) {
    const group = [name, lastAttempt?.step ?? 'no attempt', lastAttempt?.error ?? 'no error'].join(', ')
    counts.set(group, (counts.get(group) ?? 0) + 1)
  }
  return counts
}

async function* parkedSagas(api: SagaApi, filters: Filters): AsyncGenerator<ParkedSaga> {
  let cursor: string | undefined
  do {
    const page = await api.list({ ...filters, state: 'parked', ...(cursor !== undefined && { cursor }) })
    yield* page.items
    cursor = page.nextCursor
  } while (cursor !== undefined)
}

async function resumeOne(
  { api, runtime, throttle, onFailure }: ResumeDeps,
  saga: ParkedSaga,
  counts: Omit<Resumed, 'complete'>,
): Promise<void> {
  for (let tried = 1; ; tried++) {
    await throttle.wait()
    throttle.add(1)
    const { status, retryable, detail } = await api.resume(saga, `resume-${saga.parkingId}`)
    if (status === 200) counts.resumed++
    else if (retryable && tried < triesMax) {
      await runtime.sleep(1_000)
      continue
    } else if (status !== undefined && movedOn.includes(status)) counts.movedOn++
    else {
      counts.failed++
      onFailure?.(saga, detail ?? (status === undefined ? 'no answer' : `answered ${status}`))
    }
    return
  }
}
