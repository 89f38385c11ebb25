import { noopObserver } from '../../app/observer.ts'
import { machineFinder } from '../../app/saga-recovery.ts'
import { getResumption } from '../../functions/get-resumption/get-resumption.ts'
import { requestResumption } from '../../functions/request-resumption/request-resumption.ts'
import { wakeSagas } from '../../functions/wake-saga/wake-saga.ts'
import { MemoryCallbacks } from '../../gateways/callbacks-memory.ts'
import { MemoryStateMachines } from '../../gateways/state-machines-memory.ts'
import { notification } from '../../sagas/notification/notification.ts'
import { definitionVersion } from '../../sagas/version.ts'
import { parseEvent } from '../../tables/events.ts'
import { createSaga, updateSaga } from '../../tables/sagas.ts'
import type { Store } from '../../tables/store.ts'
import { Api, admin } from '../fixtures/api.ts'
import { allRows } from '../fixtures/dump.ts'
import { sqsRecord } from '../relay/fixtures.ts'

/** Many parked sagas, and what an operator and the subscriber do with them. */
export class ParkedSagas {
  readonly api = new Api()
  readonly callbacks = new MemoryCallbacks()
  readonly machines = new MemoryStateMachines()

  now(): string {
    return new Date(this.api.runtime.now()).toISOString()
  }

  /** A saga that has parked after its `step` failed with `error`. */
  async add(id: string, { tenant = admin.tenant, name = 'notification', step = 'mail', error = 'TimeoutError' } = {}) {
    const { store } = this.api
    const saga = {
      id,
      tenant,
      name,
      definition: definitionVersion(notification),
      input: {},
      aggregate: { type: 'ticket', id: 't1' } as const,
      eventId: `e-${id}`,
      correlationId: 'c1',
      startedAt: this.now(),
    }
    await store.write(createSaga(saga))
    const attempt = {
      step,
      action: 'do',
      startedAt: this.now(),
      endedAt: this.now(),
      outcome: 'failed',
      error: { name: error },
    } as const
    await store.write(
      updateSaga({ tenant, id, generation: 1 }, this.now(), { attempt, slot: { number: 0, id: 'aaaaaaaa' } }),
    )
    await this.park(id, tenant)
    this.api.runtime.advance(1_000)
  }

  async park(id: string, tenant = admin.tenant): Promise<void> {
    const token = `token of ${id}`
    const parking = {
      id: this.api.runtime.newId(),
      reason: 'failed',
      direction: 'forward',
      since: this.now(),
      token,
    } as const
    await this.api.store.write(updateSaga({ tenant, id, generation: 1 }, this.now(), { state: 'parked', parking }))
  }

  request(filter: object = {}, call: { key?: string } = {}, person = admin, on = this.api) {
    return on.call(person, requestResumption, { body: { filter }, ...call })
  }

  async progress(id: string, person = admin) {
    const answer = await this.api.call(person, getResumption, { params: { resumptionId: id } })
    return answer.json
  }

  deps(store: Store = this.api.store) {
    return {
      store,
      runtime: this.api.runtime,
      machines: this.machines,
      callbacks: this.callbacks,
      deployedMachine: machineFinder({ notification: 'arn:aws:states:eu-central-1:000000000000:stateMachine:n' }),
      observer: noopObserver,
    }
  }

  /** Delivers the resumptions' events until no new one comes, the newest only: `copies` of each at once. Returns how many it delivered. */
  async run({ copies = 1, store = this.api.store }: { copies?: number; store?: Store } = {}): Promise<number> {
    const delivered = new Set<string>()
    for (;;) {
      const events = (await allRows(this.api.store, 'Events')).map(parseEvent)
      const next = events.find(({ id, type }) => type.startsWith('resumption.') && !delivered.has(id))
      if (!next) return delivered.size
      delivered.add(next.id)
      const deliver = () =>
        wakeSagas(this.deps(store), { Records: [sqsRecord(next.id, next)] }, this.api.runtime.now() + 8_000)
      await Promise.all(Array.from({ length: copies }, deliver))
    }
  }

  /** How often each saga was resumed, by id. */
  async resumed(): Promise<Record<string, number>> {
    const counts: Record<string, number> = {}
    for (const { type, aggregate } of (await allRows(this.api.store, 'Events')).map(parseEvent))
      if (type === 'saga.resumed') counts[aggregate.id] = (counts[aggregate.id] ?? 0) + 1
    return counts
  }
}
