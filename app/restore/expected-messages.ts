import type { DomainEvent } from '../../domain/event.ts'
import { recipientsOf } from '../../domain/recipients.ts'
import { settingsOfTenant } from '../../domain/settings.ts'
import { subscribedWebhooks } from '../../domain/subscribed-webhooks.ts'
import { notification } from '../../sagas/notification/notification.ts'
import { pivotOf } from '../../sagas/phases.ts'
import { sagaId } from '../../sagas/start-saga.ts'
import { webhook } from '../../sagas/webhook/webhook.ts'
import { aggregateKey } from '../../tables/keys.ts'
import type { Row } from '../../tables/store.ts'
import type { CutHistory } from './cut-history.ts'

/** The sagas whose one outside effect is a message: their pivot, and its result when the message is known to have been sent. */
export const messengers: Readonly<Record<string, { pivot: string; sent: Row }>> = {
  [notification.name]: { pivot: pivotOf(notification).name, sent: { mail: 'sent' } },
  [webhook.name]: { pivot: pivotOf(webhook).name, sent: { webhook: 'delivered' } },
}

/** The sagas that the kept events recorded since a time start to send messages, by their id, which the message carries. */
export function expectedMessages(
  { kept }: Pick<CutHistory, 'kept'>,
  since: string,
): Map<string, { tenant: string; name: string }> {
  const expected = new Map<string, { tenant: string; name: string }>()
  for (const history of kept.values())
    for (const [index, event] of history.entries()) {
      if (event.aggregate.type !== 'ticket' || event.recordedAt < since) continue
      const { tenant, aggregate, id: eventId, correlationId } = event
      const add = (name: string, recipient: string) => {
        const start = { tenant, aggregate, eventId, recipient, correlationId, input: null }
        expected.set(sagaId({ name }, start), { tenant, name })
      }
      for (const recipient of recipientsOf(history.slice(0, index + 1))) add(notification.name, recipient)
      for (const endpoint of endpointsOf(event, kept)) add(webhook.name, endpoint)
    }
  return expected
}

function endpointsOf({ tenant, type, recordedAt }: DomainEvent, kept: CutHistory['kept']): string[] {
  const settings = kept.get(aggregateKey(tenant, settingsOfTenant)) ?? []
  return subscribedWebhooks(type, recordedAt, settings).map(({ name }) => name)
}
