import { noopObserver } from '../../../app/observer.ts'
import { machineFinder } from '../../../app/saga-recovery.ts'
import { MemoryCallbacks } from '../../../gateways/callbacks-memory.ts'
import { MemoryStateMachines } from '../../../gateways/state-machines-memory.ts'
import type { ManualRuntime } from '../../../proof/manual-runtime.ts'
import { createSaga } from '../../../tables/sagas.ts'
import type { Store } from '../../../tables/store.ts'
import { at, type Cost, type Sizes, ticketEvent, ticketRef } from '../grown-store.ts'

/** One function's work for one message or one item. */
export interface Case {
  name?: string
  /** Prepares one message, or one item that a sweep finds. The returned function handles it, and is what is measured. */
  prepare(store: Store, sizes: Sizes): Promise<() => Promise<unknown>>
  /** What each further unit of a size costs, where a message is about all of these units. Their number has a limit. */
  growsBy?: Partial<Record<keyof Sizes, Cost>>
}

export const observer = noopObserver
export const later = (runtime: ManualRuntime) => runtime.now() + 60_000

/** The event of the ticket that no consumer has applied yet. */
export const lastOf = ({ history }: Sizes) => ticketEvent(history)

export const liveSaga = (id: string) =>
  createSaga({
    id,
    tenant: 'acme',
    name: 'notification',
    definition: 'd',
    input: null,
    aggregate: ticketRef,
    eventId: 'E',
    recipient: 'ann',
    correlationId: 'C',
    startedAt: at,
  })

export const sagaRecovery = (store: Store, runtime: ManualRuntime) => ({
  store,
  runtime,
  observer,
  machines: new MemoryStateMachines(),
  callbacks: new MemoryCallbacks(),
  deployedMachine: machineFinder({ notification: 'arn', webhook: 'arn', attachment: 'arn' }),
})
