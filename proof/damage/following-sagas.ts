import type { DomainEvent } from '../../domain/event.ts'
import { type Delivery, deliveryRow } from '../../tables/deliveries.ts'
import { type Notice, noticeId, noticeRow } from '../../tables/notices.ts'
import { queryRows } from '../../tables/query-rows.ts'
import { readRow } from '../../tables/read-row.ts'
import { parseSaga, type SagaRecord, sagasQuery } from '../../tables/sagas.ts'
import type { Store } from '../../tables/store.ts'

/** A saga that an event has started, and what it has sent. */
export interface FollowingSaga {
  id: string
  name: string
  state: SagaRecord['state']
  /** The version of its definition: the code that it ran under. */
  definition: string
  /** The user or the webhook that it is for. */
  recipient?: string
  /** The in-app notice that stands, and whether it was read. */
  notice?: 'unread' | 'read'
  mail?: NonNullable<Notice['mail']>
  webhook?: Delivery['outcome']
}

/** The sagas that these events of one aggregate have started, by event id. */
export async function readSagasOf(store: Store, events: readonly DomainEvent[]): Promise<Map<string, FollowingSaga[]>> {
  const byId = new Map(events.map((event) => [event.id, event]))
  const [first] = events
  const found = new Map<string, FollowingSaga[]>()
  if (!first) return found
  const rows = await queryRows(store, sagasQuery(first.tenant, first.aggregate))
  for (const saga of rows.map(parseSaga)) {
    const event = byId.get(saga.eventId)
    if (!event) continue
    found.set(event.id, [...(found.get(event.id) ?? []), await withEffects(store, event, saga)])
  }
  return found
}

async function withEffects(store: Store, { occurredAt }: DomainEvent, saga: SagaRecord): Promise<FollowingSaga> {
  const { tenant, id, name, state, definition, recipient } = saga
  const following = { id, name, state, definition, ...(recipient && { recipient }) }
  if (!recipient) return following
  const effectId = noticeId({ occurredAt, sagaId: id })
  if (name === 'webhook') {
    const delivery = await readRow(store, deliveryRow(tenant, recipient, effectId))
    return { ...following, ...(delivery && { webhook: delivery.outcome }) }
  }
  const notice = await readRow(store, noticeRow({ tenant, userId: recipient }, effectId))
  if (!notice) return following
  return { ...following, notice: notice.readAt ? 'read' : 'unread', ...(notice.mail && { mail: notice.mail }) }
}
