import { beforeEach, describe, expect, it } from 'vitest'
import { type DailyDigest, type DigestPart, dayOf } from '../../domain/digest.ts'
import { sha256Hex } from '../../domain/sha256.ts'
import { closeDays, DayCloser, digestEvents } from '../../functions/reconcile-consumers/digest-events.ts'
import { MemoryObjectStore } from '../../gateways/object-store-memory.ts'
import { brokenDays, eventsUnlikeDigests } from '../../proof/check/digest-rules.ts'
import { keptDigests } from '../../proof/check/kept-digests.ts'
import { ManualRuntime } from '../../proof/manual-runtime.ts'
import type { UnconfirmedEvent } from '../../tables/unconfirmed.ts'

const dayMs = 86_400_000
const hash = (letter: string) => letter.repeat(64)
const published = (id: string, seq: number, of?: string): UnconfirmedEvent => {
  const aggregate = { type: 'ticket', id } as const
  return { tenant: 'acme', aggregate, seq, publishedAt: '2026-03-01T12:00:00.000Z', hash: of }
}

let runtime: ManualRuntime
let digests: MemoryObjectStore
beforeEach(() => {
  runtime = new ManualRuntime()
  digests = new MemoryObjectStore(runtime.now)
})

const digest = (...events: UnconfirmedEvent[]) => digestEvents({ runtime, digests }, events)
const close = () => closeDays({ runtime, digests }, runtime.now() + 60_000)
const days = async () => {
  const kept = (await keptDigests(digests)).filter(({ key }) => key.startsWith('days/'))
  return kept.map(({ text }) => JSON.parse(text) as DailyDigest)
}
const parts = async () => (await keptDigests(digests)).filter(({ key }) => key.startsWith('parts/'))

describe('a part of a digest', () => {
  it('has the newest event of each aggregate, which it names by a hash only: an id can be an e-mail address', async () => {
    await digest(published('t1', 2, hash('b')), published('t1', 1, hash('a')), published('t2', 7, hash('c')))
    const [part] = await parts()
    const { heads } = JSON.parse(part?.text ?? '') as DigestPart
    expect(heads.toSorted((a, b) => a.seq - b.seq)).toEqual([
      { aggregate: sha256Hex('TENANT#acme#TICKET#t1'), seq: 2, hash: hash('b') },
      { aggregate: sha256Hex('TENANT#acme#TICKET#t2'), seq: 7, hash: hash('c') },
    ])
    expect(part?.key).toBe(`parts/2026-03-01/${sha256Hex(part?.text ?? '')}.json`)
  })

  it('is stored once, however often and in whatever order its events come', async () => {
    const events = [published('t1', 1, hash('a')), published('t2', 7, hash('c'))]
    await digest(...events)
    await digest(...events.toReversed())
    expect(digests.keys()).toHaveLength(1)
  })

  it('leaves out events that an earlier version stored without a hash, and is not stored for them alone', async () => {
    await digest(published('t1', 1))
    expect(digests.keys()).toEqual([])
  })
})

describe('the digest of a day', () => {
  it('names the parts of the day and the digest before it, and no day is missing', async () => {
    await digest(published('t1', 1, hash('a')))
    await digest(published('t1', 2, hash('b')))
    runtime.advance(2 * dayMs)
    await digest(published('t1', 3, hash('c')))
    runtime.advance(dayMs)
    expect(await close()).toBe('2026-03-03')
    const [first = '', second = ''] = (await keptDigests(digests)).map(({ text }) => text)
    const hashes = (await parts()).map(({ text }) => sha256Hex(text))
    expect(await days()).toEqual([
      { day: '2026-03-01', parts: hashes.slice(0, 2).toSorted() },
      { day: '2026-03-02', parts: [], prevHash: sha256Hex(first) },
      { day: '2026-03-03', parts: hashes.slice(2), prevHash: sha256Hex(second) },
    ])
    expect(brokenDays(await keptDigests(digests))).toEqual([])
  })

  it('waits until no part can come any more, and is stored once', async () => {
    await digest(published('t1', 1, hash('a')))
    runtime.advance(12 * 3_600_000 + 9 * 60_000)
    expect(dayOf(runtime.now())).toBe('2026-03-02')
    expect(await close()).toBeUndefined()
    runtime.advance(60_000)
    expect([await close(), await close()]).toEqual(['2026-03-01', '2026-03-01'])
    expect(await days()).toHaveLength(1)
  })

  it('is looked for once a day, or again after a failure, and costs a round nothing otherwise', async () => {
    const closer = new DayCloser()
    let lists = 0
    let isDown = true
    const list = digests.list.bind(digests)
    digests.list = async (...of) => {
      lists++
      if (isDown) throw new Error('S3 does not answer')
      return list(...of)
    }
    const round = () => closer.close({ runtime, digests }, runtime.now() + 60_000)
    await digest(published('t1', 1, hash('a')))
    runtime.advance(dayMs)
    await expect(round()).rejects.toThrow('S3 does not answer')
    isDown = false
    await round()
    expect((await days()).map(({ day }) => day)).toEqual(['2026-03-01'])
    lists = 0
    for (let number = 0; number < 100; number++) await round()
    expect(lists).toBe(0)
    runtime.advance(dayMs)
    await round()
    expect((await days()).map(({ day }) => day)).toEqual(['2026-03-01', '2026-03-02'])
  })

  it('is not stored before there is any event', async () => {
    expect(await close()).toBeUndefined()
    expect(digests.keys()).toEqual([])
  })

  it('stops at the deadline, and the next round goes on', async () => {
    await digest(published('t1', 1, hash('a')))
    runtime.advance(10 * dayMs)
    expect(await closeDays({ runtime, digests }, runtime.now())).toBeUndefined()
    expect(await close()).toBe('2026-03-10')
    expect(brokenDays(await keptDigests(digests))).toEqual([])
  })

  it('follows the one that another round has stored first', async () => {
    await digest(published('t1', 1, hash('a')))
    runtime.advance(2 * dayMs)
    const rounds = await Promise.all([close(), close()])
    expect(rounds).toEqual(['2026-03-02', '2026-03-02'])
    expect(brokenDays(await keptDigests(digests))).toEqual([])
  })
})

describe('the check of digests', () => {
  const stored = (...hashes: string[]) =>
    new Map([['TENANT#acme#TICKET#t1', hashes.map((each, index) => ({ seq: index + 1, hash: each }))]])

  beforeEach(async () => {
    await digest(published('t1', 2, hash('b')))
    runtime.advance(dayMs)
    await digest(published('t1', 3, hash('c')))
    runtime.advance(dayMs)
    await close()
  })

  it('finds nothing where the history is what was committed, also what came since', async () => {
    const kept = await keptDigests(digests)
    expect(eventsUnlikeDigests(stored(hash('a'), hash('b'), hash('c'), hash('d')), kept)).toEqual([])
  })

  it('names an event that has another hash, and one that is gone, with the day', async () => {
    const found = eventsUnlikeDigests(stored(hash('a'), hash('f')), await keptDigests(digests))
    expect(found.map(({ subject, problem }) => `${subject} ${problem}`)).toEqual([
      'TENANT#acme#TICKET#t1 event 2 is not the event that the digest of 2026-03-01 has',
      'TENANT#acme#TICKET#t1 event 3 does not exist, and the digest of 2026-03-02 has it',
    ])
  })

  it('finds a history that is gone as a whole', async () => {
    expect(eventsUnlikeDigests(new Map(), await keptDigests(digests))).toHaveLength(2)
  })

  it('finds a part that was edited, removed or added, and a day that was', async () => {
    const kept = await keptDigests(digests)
    const isPart = ({ key }: { key: string }) => key.startsWith('parts/')
    const edited = kept.map((each) => (isPart(each) ? { ...each, text: '{"heads":[]}' } : each))
    expect(eventsUnlikeDigests(stored(hash('a'), hash('b'), hash('c')), edited)).toHaveLength(2)
    const [first] = kept.filter(isPart)
    const added = { ...first, key: 'parts/2026-03-01/other.json' } as (typeof kept)[0]
    expect(brokenDays(kept.filter((each) => each !== first))).toHaveLength(1)
    expect(brokenDays([...kept, added])).toHaveLength(1)
    const reworded = kept.map((each) =>
      each.key.startsWith('days/2026-03-01') ? { ...each, text: `${each.text} ` } : each,
    )
    expect(brokenDays(reworded)).toHaveLength(1)
  })
})
