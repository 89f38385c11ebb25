import { expect } from 'vitest'
import { consumeBatch } from '../../app/consume/consume-batch.ts'
import { projectViews } from '../../app/consumers/project-views.ts'
import type { Endpoint } from '../../app/http/endpoint.ts'
import { createTicket } from '../../functions/create-ticket/create-ticket.ts'
import { gatherEvidence } from '../../proof/check/evidence.ts'
import { viewsEqualTheirRebuild } from '../../proof/check/views.ts'
import { parseEvent } from '../../tables/events.ts'
import type { Store } from '../../tables/store.ts'
import { Api, agent } from '../fixtures/api.ts'
import type { Person } from '../fixtures/tokens.ts'
import { CountingObserver, eventBatch } from '../relay/fixtures.ts'

/** An API whose events are projected when a test says so. */
export class ProjectedApi extends Api {
  deps(store: Store = this.store) {
    return { store, runtime: this.runtime, observer: new CountingObserver() }
  }

  /** Delivers every event that was ever committed, each ticket's in order, like a queue that delivers all of them again. */
  async project(store: Store = this.store): Promise<void> {
    const { rows } = await this.store.scan({ table: 'Events' })
    const messages = eventBatch(rows.map(parseEvent).filter(({ aggregate }) => aggregate.type === 'ticket'))
    const deadlineMs = this.runtime.now() + 8_000
    const { batchItemFailures } = await consumeBatch(
      this.deps(store),
      projectViews(store, this.runtime),
      messages,
      deadlineMs,
    )
    expect(batchItemFailures).toEqual([])
  }

  async open(person: Person, title: string, body: string): Promise<string> {
    const { status, json } = await this.call(person, createTicket, { body: { title, body } })
    expect(status).toBe(201)
    return json.id
  }

  async change(endpoint: Endpoint, ticketId: string, body: object): Promise<void> {
    const { status } = await this.call(agent, endpoint, { params: { ticketId }, body })
    expect(status).toBeLessThan(300)
  }

  async violations() {
    return viewsEqualTheirRebuild.violations(await gatherEvidence(this.store, this.runtime.now()))
  }
}
