import { describe, expect, it } from 'vitest'
import type { CommandMetadata } from '../../domain/command-metadata.ts'
import { type DomainEvent, type Fact, type TicketEventType, toEvent } from '../../domain/event.ts'
import { foldTicket } from '../../domain/fold-ticket.ts'
import { putWebhook } from '../../domain/put-webhook.ts'
import { recipientsAsOf, recipientsOf } from '../../domain/recipients.ts'
import { removeWebhook } from '../../domain/remove-webhook.ts'
import { type Settings, settingsOfTenant } from '../../domain/settings.ts'
import { subscribedWebhooks } from '../../domain/subscribed-webhooks.ts'
import { subscribersAt, webhooksWithoutSubscription } from '../../domain/subscribers.ts'
import type { Webhook } from '../../domain/webhook.ts'
import { pick, type Random, randomFrom } from '../../proof/random.ts'

const seeds = Array.from({ length: 200 }, (_, index) => index + 1)
const people = ['ann', 'bob', 'cid', 'dan']
const minute = (number: number) => new Date(Date.UTC(2026, 2, 1, 11, number)).toISOString()

/** A ticket's history, at random: assigned, unassigned, followed, unfollowed again and again. */
function randomHistory(random: Random): DomainEvent[] {
  const events: DomainEvent[] = []
  const add = (fact: Fact) => {
    const [seq, at] = [events.length + 1, minute(events.length)]
    const aggregate = { type: 'ticket', id: 't1' } as const
    const envelope = { id: `e${seq}`, tenant: 'acme', aggregate, seq, actor: pick(random, people), correlationId: 'c' }
    events.push(toEvent(fact, { ...envelope, occurredAt: at, recordedAt: at }, events.at(-1)?.hash))
  }
  add({ type: 'ticket.opened', data: { priority: 'normal', requester: 'ann', messageId: 'm' } })
  while (events.length < 25) {
    const userId = pick(random, people)
    const { assignee: previous, followers = [] } = foldTicket(events) ?? {}
    const follow = followers.includes(userId) ? 'ticket.follower_removed' : 'ticket.follower_added'
    const kind = pick(random, [0, 1, 2, 3, 4])
    if (kind === 0) add({ type: follow, data: { userId } })
    else if (kind === 1 && previous !== userId)
      add({ type: 'ticket.assigned', data: { assignee: userId, ...(previous && { previous }) } })
    else if (kind === 2 && previous) add({ type: 'ticket.unassigned', data: { previous, why: 'user_deactivated' } })
    else if (kind === 3) {
      const to = previous ? null : userId
      const data = { corrects: { seq: events.length }, from: { assignee: previous ?? null }, to: { assignee: to } }
      add({ type: 'ticket.corrected', data: { ...data, messageId: 'm', notify: true } })
    } else add({ type: 'ticket.comment_added', data: { messageId: 'm' } })
  }
  return events
}

describe('the recipients of an event', () => {
  it('are the same, found from the rows of a later time and the events since, as found from the history', () => {
    for (const seed of seeds) {
      const history = randomHistory(randomFrom(seed))
      for (let seq = 1; seq <= history.length; seq++) {
        const expected = recipientsOf(history.slice(0, seq)).toSorted()
        for (let now = seq; now <= history.length; now += 4) {
          const facts = foldTicket(history.slice(0, now))
          if (!facts) throw new Error('no facts')
          const event = history[seq - 1] as DomainEvent
          // Rows that are read one after the other may lack what the latest events did.
          for (const later of [history.slice(seq, now), history.slice(seq)])
            expect(recipientsAsOf(event, facts, later).toSorted(), `seed ${seed}, event ${seq}`).toEqual(expected)
        }
      }
    }
  })
})

describe('the webhooks that receive an event', () => {
  const types: TicketEventType[] = ['ticket.opened', 'ticket.assigned']
  const metadata = (at: string): CommandMetadata => {
    const ids = { target: 'x', message: 'm' }
    return { by: { id: 'ada', role: 'admin' }, at, ids, secretBytes: Buffer.alloc(32) }
  }

  /** Puts and removes webhooks at random, one change a minute. `forgetAt`: the settings that an earlier version wrote up to then. */
  function randomSettings(random: Random, forgetAt?: number) {
    const webhooks = new Map<string, Webhook>()
    const history: DomainEvent[] = []
    let settings: Settings | undefined
    for (let number = 0; number < 30; number++) {
      const [name, at] = [pick(random, ['crm', 'erp', 'bot']), minute(number)]
      const state = { settings, webhook: webhooks.get(name) }
      const events = pick(random, [types, types.slice(0, 1), types.slice(1)])
      const url = pick(random, ['https://a.example.com', 'https://b.example.com'])
      const decision = pick(random, [true, true, false])
        ? putWebhook(state, { name, url, events, ...metadata(at) })
        : removeWebhook(state, { name, ...metadata(at) })
      if (decision.outcome !== 'changed') continue
      for (const change of decision.changes) {
        if (change.operation === 'put' && change.entity === 'settings') settings = change.settings
        if (change.operation === 'put' && change.entity === 'webhook') webhooks.set(name, change.webhook)
        if (change.operation === 'delete') webhooks.delete(name)
      }
      if (settings && forgetAt !== undefined && number <= forgetAt) settings = { ...settings, subscriptions: undefined }
      const envelope = {
        id: `s${number}`,
        tenant: 'acme',
        aggregate: settingsOfTenant,
        actor: 'ada',
        correlationId: 'c',
      }
      const stamped = { ...envelope, seq: history.length + 1, occurredAt: at, recordedAt: at }
      history.push(toEvent(decision.fact, stamped, history.at(-1)?.hash))
    }
    return { settings, webhooks, history }
  }

  function found({ settings, webhooks }: ReturnType<typeof randomSettings>, type: string, recordedAt: string) {
    if (!settings) return []
    const earlier = webhooksWithoutSubscription(settings).map((name) => webhooks.get(name) as Webhook)
    return subscribersAt(settings, earlier, { type, recordedAt })
  }

  const byName = (refs: { name: string; since: number }[]) =>
    refs.map(({ name, since }) => `${name} ${since}`).toSorted()

  it('are the same, found from the header as it is now, as found from the history of the settings', () => {
    for (const seed of seeds) {
      const stored = randomSettings(randomFrom(seed))
      for (const type of types)
        for (let number = -1; number < 31; number++) {
          const expected = subscribedWebhooks(type, minute(number), stored.history)
          expect(byName(found(stored, type, minute(number))), `seed ${seed}`).toEqual(byName(expected))
        }
    }
  })

  it('are the same for every event after an earlier version stored the settings without subscriptions', () => {
    for (const seed of seeds) {
      const stored = randomSettings(randomFrom(seed), 15)
      for (const type of types)
        for (let number = 15; number < 31; number++) {
          const expected = subscribedWebhooks(type, minute(number), stored.history)
          expect(byName(found(stored, type, minute(number))), `seed ${seed}, minute ${number}`).toEqual(
            byName(expected),
          )
        }
    }
  })

  it('are read from a header that does not grow with every change', () => {
    const sizes = [100, 1_000].map((changes) => {
      let settings: Settings | undefined
      let webhook: Webhook | undefined
      for (let number = 0; number < changes; number++) {
        const events = [types[number % 2] as TicketEventType]
        const decision = putWebhook(
          { settings, webhook },
          { name: 'crm', url: 'https://a.example.com', events, ...metadata(minute(0)) },
        )
        if (decision.outcome !== 'changed') throw new Error(decision.outcome)
        webhook = decision.result.webhook
        for (const change of decision.changes)
          if (change.operation === 'put' && change.entity === 'settings') settings = change.settings
      }
      return settings?.subscriptions?.length
    })
    expect(sizes).toEqual([41, 41])
  })
})
