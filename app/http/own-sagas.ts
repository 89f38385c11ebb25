import type { Actor } from '../../domain/actor.ts'
import { attachment } from '../../sagas/attachment/attachment.ts'
import { attachmentOfSaga } from '../../sagas/attachment/saga-id.ts'
import { notification } from '../../sagas/notification/notification.ts'
import { attachmentRow } from '../../tables/attachments.ts'
import type { Condition } from '../../tables/condition.ts'
import { readRow } from '../../tables/read-row.ts'
import type { SagaRecord } from '../../tables/sagas.ts'
import type { Store } from '../../tables/store.ts'

/**
 * Which sagas of a visible ticket a caller sees. Agents and admins see all. Customers see their own: the notifications to themselves and
 * what they requested themselves, such as attachments. Who else is notified, and the tenant's webhooks, are not theirs to know.
 */
export async function isShownTo(store: Pick<Store, 'get'>, actor: Actor, saga: SagaRecord): Promise<boolean> {
  if (actor.role !== 'customer') return true
  // Only of notifications, because a webhook may have the name of a user.
  if (saga.name === notification.name) return saga.recipient === actor.id
  return (await requesterOf(store, saga)) === actor.id
}

export async function sagasShownTo(
  store: Pick<Store, 'get'>,
  actor: Actor,
  sagas: SagaRecord[],
): Promise<SagaRecord[]> {
  const shown = await Promise.all(sagas.map((saga) => isShownTo(store, actor, saga)))
  return sagas.filter((_, index) => shown[index])
}

/** What {@link isShownTo} asks, as far as the saga's own row tells: spares reading the rows of others. Undefined for those who see all. */
export function shownTo({ id, role }: Actor): Condition | undefined {
  if (role !== 'customer') return undefined
  return {
    any: [
      { attribute: 'requestedBy', equals: id },
      { all: [named(notification), { attribute: 'recipient', equals: id }] },
      { all: [named(attachment), { attribute: 'requestedBy', is: 'absent' }] },
    ],
  }
}

function named({ name }: { name: string }): Condition {
  return { attribute: 'name', equals: name }
}

/** Sagas that were started before they recorded it are asked through their attachment. */
async function requesterOf(store: Pick<Store, 'get'>, saga: SagaRecord): Promise<string | undefined> {
  if (saga.requestedBy !== undefined) return saga.requestedBy
  const ids = attachmentOfSaga(saga.id)
  if (!ids) return undefined
  const requested = await readRow(
    store,
    attachmentRow({ tenant: saga.tenant, ticketId: ids.ticketId, id: ids.attachmentId }),
  )
  return requested?.requestedBy
}
