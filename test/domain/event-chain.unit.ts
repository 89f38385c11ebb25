import { describe, expect, it } from 'vitest'
import { type Change, withEventHash } from '../../domain/decision.ts'
import { type Chained, chainBreaks, chainEvent, hashOf, type StoredEvent } from '../../domain/event-chain.ts'
import { pick, type Random, randomFrom } from '../../proof/random.ts'
import { seed } from '../fixtures/sample.ts'

type Content = {
  seq: number
  id: string
  actor: string
  data: Record<string, unknown>
  traceparent?: string | undefined
}

function content(random: Random, seq: number): Content {
  const id = `e${Math.floor(random() * 1e9)}`
  const data = pick(random, [{}, { to: 'closed', from: 'open' }, { nested: { list: [1, 'ä', null] } }])
  return { seq, id, actor: pick(random, ['ann', 'bob']), data, traceparent: pick(random, [undefined, '00-1-2-01']) }
}

/** The first `unhashed` events are as an earlier version stored them. */
function randomHistory(random: Random, { length, unhashed = 0 }: { length: number; unhashed?: number }): StoredEvent[] {
  const history: StoredEvent[] = []
  for (let seq = 1; seq <= length; seq++) {
    const event = content(random, seq)
    history.push(seq <= unhashed ? event : chainEvent(event, history.at(-1)?.hash))
  }
  return history
}

const headerOf = (history: readonly StoredEvent[]) => ({ eventHash: history.at(-1)?.hash })

/** Every way to edit one event, or the header, without recomputing what follows. */
const edits: Record<
  string,
  (history: StoredEvent[], at: number, header: Chained & { eventHash?: string | undefined }) => void
> = {
  'changed facts': (history, at) => Object.assign(history[at] ?? {}, { data: { to: 'open', from: 'closed' } }),
  'another actor': (history, at) => Object.assign(history[at] ?? {}, { actor: 'eve' }),
  'an attribute more': (history, at) => Object.assign(history[at] ?? {}, { note: 'added' }),
  'changed facts with their own new hash': (history, at) => {
    const changed = { ...history[at], actor: 'eve' } as StoredEvent
    history[at] = { ...changed, hash: hashOf(changed) }
  },
  'a removed hash': (history, at) => {
    const { hash: _, ...rest } = history[at] as StoredEvent
    history[at] = rest
  },
  'a removed event': (history, at) => history.splice(at, 1),
  'a header of another hash': (_, __, header) => Object.assign(header, { eventHash: 'f'.repeat(64) }),
  'a header without a hash': (_, __, header) => Object.assign(header, { eventHash: undefined }),
}

describe('the hash chain of an aggregate', () => {
  it('is whole after any sequence of events, whatever stores and returns them', () => {
    const random = randomFrom(seed)
    for (let round = 0; round < 200; round++) {
      const length = 1 + Math.floor(random() * 12)
      const history = randomHistory(random, { length, unhashed: Math.floor(random() * (length + 1)) })
      const stored = JSON.parse(JSON.stringify(history)) as StoredEvent[]
      expect(chainBreaks(stored, JSON.parse(JSON.stringify(headerOf(history))))).toEqual([])
    }
  })

  it.each(Object.keys(edits))('shows %s at any place', (name) => {
    const random = randomFrom(seed)
    for (let round = 0; round < 100; round++) {
      const length = 1 + Math.floor(random() * 12)
      const history = randomHistory(random, { length })
      const header = headerOf(history)
      const at = Math.floor(random() * length)
      edits[name]?.(history, at, header)
      expect(chainBreaks(history, header), `${name} at ${at} of ${length}, seed ${seed}`).not.toEqual([])
    }
  })

  it('shows two events that changed places', () => {
    const history = randomHistory(randomFrom(seed), { length: 3 })
    const [first, second, third] = history as [StoredEvent, StoredEvent, StoredEvent]
    const swapped = [first, { ...third, seq: 2 }, { ...second, seq: 3 }]
    expect(chainBreaks(swapped, headerOf(history))).not.toEqual([])
  })

  it('names the event that was edited', () => {
    const history = randomHistory(randomFrom(seed), { length: 4 })
    Object.assign(history[1] ?? {}, { actor: 'eve' })
    const [found, ...others] = chainBreaks(history, headerOf(history))
    expect(others).toEqual([])
    expect(found).toEqual({ seq: 2, problem: 'is not the event that was stored: its content has another hash' })
  })

  it('is whole again once it is recomputed with its header, which is what digests are for', () => {
    const random = randomFrom(seed)
    const forged = randomHistory(random, { length: 5 })
    Object.assign(forged[1] ?? {}, { actor: 'eve' })
    const recomputed: StoredEvent[] = []
    for (const { hash: _, prevHash: __, ...event } of forged)
      recomputed.push(chainEvent(event, recomputed.at(-1)?.hash))
    expect(chainBreaks(recomputed, headerOf(recomputed))).toEqual([])
    expect(recomputed.at(-1)?.hash).not.toBe(forged.at(-1)?.hash)
  })

  it('begins behind the events that an earlier version stored, and allows none without a hash from then on', () => {
    const history = randomHistory(randomFrom(seed), { length: 4, unhashed: 2 })
    expect(history[2]).not.toHaveProperty('prevHash')
    const later = [...history, { ...content(randomFrom(seed), 5) }]
    const header = { eventHash: undefined }
    expect(chainBreaks(later, header).map(({ seq }) => seq)).toEqual([5])
    expect(chainBreaks(later, header, ({ seq }) => seq === 5)).toEqual([])
  })
})

describe('the hash of an event', () => {
  it('is SHA-256 over its RFC 8785 form without the hash, in hexadecimal', () => {
    // printf '{"actor":"ann","data":{"from":"open","to":"closed"},"prevHash":"ab","seq":2}' | sha256sum
    const event = { seq: 2, data: { to: 'closed', from: 'open' }, prevHash: 'ab', actor: 'ann', hash: 'other' }
    expect(hashOf(event)).toBe('ade481df2f2d150c4d6298623a1f2879c600d6249122cb088d0f86763fb702d4')
  })

  it('depends neither on the order of members nor on members that are undefined', () => {
    const event = content(randomFrom(seed), 1)
    const turned = Object.fromEntries(Object.entries({ ...event, prevHash: undefined }).toReversed())
    expect(hashOf(turned)).toBe(hashOf(event))
  })
})

describe('the hash in the header', () => {
  const changes = [
    { operation: 'put', entity: 'ticket', ticket: { version: 2 } },
    { operation: 'put', entity: 'user', user: { version: 2 } },
    { operation: 'put', entity: 'settings', settings: { version: 2 } },
  ] as unknown as Change[]

  it.each(changes)('is that of the event written with it: $entity', (change) => {
    const { entity } = change as { entity: string }
    expect(withEventHash(change, { hash: 'h' })).toMatchObject({ [entity]: { version: 2, eventHash: 'h' } })
    expect(withEventHash(change, { hash: 'h' })).not.toBe(change)
  })

  it('is written with the resume of a saga, and into no other row', () => {
    const resume = { operation: 'resume', entity: 'saga', sagaId: 's', parkingId: 'p', version: 1, at: 'now' } as const
    expect(withEventHash(resume, { hash: 'h' })).toEqual({ ...resume, eventHash: 'h' })
    const message = { operation: 'put', entity: 'message', message: {} } as unknown as Change
    expect(withEventHash(message, { hash: 'h' })).toBe(message)
  })
})
