import { parseEvent } from '../../tables/events.ts'
import { scanAll } from '../../tables/scan-rows.ts'
import type { Row, Store } from '../../tables/store.ts'
import { isTicketText } from '../../tables/tickets.ts'
import { assignByFaultyRelease } from '../damage/faulty-release.ts'

/** What the bad release writes in place of what people wrote. No event has the text, so only a backup can bring it back. */
const overwritten = '[object Object]'

const isOverwritten = ({ body }: Row) => body === overwritten

/**
 * Does what a bad release does to every ticket that it touches: it overwrites texts, and assigns to `wrongly`, whoever was asked for. The
 * assignments are events like any other, and are mailed. Returns how many texts and events are damaged.
 */
export async function releaseBadly(store: Store, { wrongly }: { wrongly: string }): Promise<number> {
  for (const row of await scanAll(store, 'Tickets')) {
    if (!isTicketText(row)) continue
    const { pk, sk, tenant, id } = row
    if (sk === 'HEADER')
      await assignByFaultyRelease(store, { tenant: String(tenant), ticketId: String(id), by: wrongly, wrongly })
    else await store.write({ kind: 'update', table: 'Tickets', key: { pk, sk }, set: { body: overwritten } })
  }
  return countDamage(store, { wrongly })
}

/** How many texts are overwritten, and how many events assign to the wrong person. */
export async function countDamage(store: Store, { wrongly }: { wrongly: string }): Promise<number> {
  const texts = (await scanAll(store, 'Tickets')).filter(isOverwritten)
  const events = (await scanAll(store, 'Events')).map(parseEvent)
  const wrong = events.filter((event) => event.type === 'ticket.assigned' && event.data.assignee === wrongly)
  return texts.length + wrong.length
}
