import { setTimeout as delay } from 'node:timers/promises'
import { parseSaga, type SagaRecord } from '../../tables/sagas.ts'
import { scanAll } from '../../tables/scan-rows.ts'
import type { Store } from '../../tables/store.ts'

/** Waits for many sagas by one scan of their table at a time. */
export interface SagaPoller {
  /** Resolves with the tenant's only saga of this name once it meets the condition. Rejects after three minutes. */
  waitFor(sought: SoughtSaga, isMet: (saga: SagaRecord) => boolean): Promise<SagaRecord>
  stop(): void
}

export interface SoughtSaga {
  tenant: string
  name: string
}

/** Much longer than any case takes. */
const timeoutMs = 180_000
const pollIntervalMs = 600

interface Waiter {
  sought: SoughtSaga
  isMet: (saga: SagaRecord) => boolean
  deadlineMs: number
  resolve: (saga: SagaRecord) => void
  reject: (error: Error) => void
}

export function startSagaPoller(store: Store): SagaPoller {
  const waiters = new Set<Waiter>()
  const parsed = new Map<string, { fingerprint: string; saga: SagaRecord }>()
  let isStopped = false

  async function poll() {
    // Parsing is most of the work, and most rows have not changed.
    for (const row of await scanAll(store, 'Sagas')) {
      const [pk, fingerprint] = [String(row.pk), `${row.touchedAt} ${row.state} ${Object.keys(row).length}`]
      if (parsed.get(pk)?.fingerprint !== fingerprint) parsed.set(pk, { fingerprint, saga: parseSaga(row) })
    }
    const sagas = new Map([...parsed.values()].map(({ saga }) => [describeSought(saga), saga]))
    for (const waiter of waiters) {
      const saga = sagas.get(describeSought(waiter.sought))
      if (saga && waiter.isMet(saga)) {
        waiters.delete(waiter)
        waiter.resolve(saga)
      }
    }
    rejectOverdue(({ sought }) => {
      const saga = sagas.get(describeSought(sought))
      return new Error(`${describeSought(sought)}: timed out while the saga was ${JSON.stringify(saga)}`)
    })
  }

  function rejectOverdue(toError: (waiter: Waiter) => Error) {
    for (const waiter of waiters) {
      if (performance.now() < waiter.deadlineMs) continue
      waiters.delete(waiter)
      waiter.reject(toError(waiter))
    }
  }

  async function pollUntilStopped() {
    for (; !isStopped; await delay(pollIntervalMs)) {
      // A failed poll is repeated; it fails only the waiters whose time is over.
      if (waiters.size > 0) await poll().catch((error: Error) => rejectOverdue(() => error))
    }
  }
  void pollUntilStopped()

  return {
    waitFor(sought, isMet) {
      return new Promise((resolve, reject) => {
        waiters.add({ sought, isMet, deadlineMs: performance.now() + timeoutMs, resolve, reject })
      })
    },
    stop() {
      isStopped = true
    },
  }
}

function describeSought({ tenant, name }: SoughtSaga): string {
  return `${tenant} ${name}`
}
