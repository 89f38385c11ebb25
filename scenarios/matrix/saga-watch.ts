import { setTimeout as delay } from 'node:timers/promises'
import { scanAll } from '../../proof/scan.ts'
import { parseSaga, type SagaRecord } from '../../tables/sagas.ts'
import type { Store } from '../../tables/store.ts'

/** Looks at all sagas for all who wait, so that a hundred of them cost no more than one. */
export interface SagaWatch {
  /** The one saga of this name that a tenant has, once it is as wished. Rejects when it never is. */
  until(which: SagaName, isFine: (saga: SagaRecord) => boolean): Promise<SagaRecord>
  stop(): void
}

export interface SagaName {
  tenant: string
  name: string
}

/** Much longer than any run takes. */
const patienceMs = 180_000
const lookEveryMs = 600

interface Waiter {
  which: SagaName
  isFine: (saga: SagaRecord) => boolean
  deadlineMs: number
  resolve: (saga: SagaRecord) => void
  reject: (error: Error) => void
}

export function watchSagas(store: Store): SagaWatch {
  const waiters = new Set<Waiter>()
  let isStopped = false
  const seen = new Map<string, { look: string; saga: SagaRecord }>()
  async function look() {
    // Parsing is most of the work, and most rows have not moved.
    for (const row of await scanAll(store, 'Sagas')) {
      const [pk, look] = [String(row.pk), `${row.touchedAt} ${row.state} ${Object.keys(row).length}`]
      if (seen.get(pk)?.look !== look) seen.set(pk, { look, saga: parseSaga(row) })
    }
    const sagas = new Map([...seen.values()].map(({ saga }) => [keyOf(saga), saga]))
    for (const waiter of waiters) {
      const saga = sagas.get(keyOf(waiter.which))
      const isLate = performance.now() > waiter.deadlineMs
      if (saga && waiter.isFine(saga)) waiter.resolve(saga)
      else if (isLate) waiter.reject(new Error(`${keyOf(waiter.which)}: the saga is left ${JSON.stringify(saga)}`))
      else continue
      waiters.delete(waiter)
    }
  }
  const looking = async () => {
    // A look that fails is followed by another; who waits too long hears of it.
    for (; !isStopped; await delay(lookEveryMs)) if (waiters.size > 0) await look().catch(overdue)
  }
  function overdue(error: Error) {
    for (const waiter of waiters) {
      if (performance.now() < waiter.deadlineMs) continue
      waiter.reject(error)
      waiters.delete(waiter)
    }
  }
  void looking()
  return {
    until(which, isFine) {
      return new Promise((resolve, reject) => {
        waiters.add({ which, isFine, deadlineMs: performance.now() + patienceMs, resolve, reject })
      })
    },
    stop() {
      isStopped = true
    },
  }
}

const keyOf = ({ tenant, name }: SagaName) => `${tenant} ${name}`
