import { consumeBatch } from '../../app/consume/consume-batch.ts'
import { projectViews } from '../../app/consumers/project-views.ts'
import type { DomainEvent } from '../../domain/event.ts'
import { parseOutboxEvent } from '../../tables/outbox.ts'
import type { Api } from '../fixtures/api.ts'
import { CountingObserver, eventBatch } from '../relay/fixtures.ts'

/**
 * Projects what was written through the API, and is delivered. What was projected before is skipped. Returns the errors that were logged.
 */
export async function projectAll(
  { store, runtime }: Api,
  isDelivered: (event: DomainEvent) => boolean = () => true,
): Promise<string[]> {
  const observer = new CountingObserver()
  const { rows } = await store.scan({ table: 'Outbox' })
  const events = rows.map(parseOutboxEvent).filter(isDelivered)
  await consumeBatch(
    { store, runtime, observer },
    projectViews(store, runtime),
    eventBatch(events),
    runtime.now() + 8_000,
  )
  return observer.errors
}
