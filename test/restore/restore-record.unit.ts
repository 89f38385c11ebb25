import { describe, expect, it } from 'vitest'
import { digestPart } from '../../domain/digest.ts'
import { parseRecord, storedRecord } from '../../domain/restore-record.ts'
import { sha256Hex } from '../../domain/sha256.ts'
import { eventsUnlikeDigests, eventsWithoutDigest } from '../../proof/check/digest-rules.ts'
import { mailViolations } from '../../proof/check/mails.ts'

const pk = 'TENANT#acme#TICKET#T1'
const hash = (name: string) => sha256Hex(name)
const head = (seq: number, name: string) => ({ aggregate: sha256Hex(pk), seq, hash: hash(name) })
const kept = ({ key, text }: { key: string; text: string }) => ({ key, text, storedAtMs: 0 })
const part = kept(digestPart([head(3, 'lost')], '2026-03-01'))
const record = storedRecord({
  restoredTo: '2026-03-01T12:00:00.000Z',
  lostFrom: '2026-03-01T12:05:00.000Z',
  events: [head(3, 'lost')],
  effects: ['mail-of-the-lost'],
})
const histories = (...names: string[]) =>
  new Map([[pk, names.map((name, index) => ({ seq: index + 1, hash: hash(name) }))]])

describe('the record of a restore', () => {
  it('explains an event that a digest has and the restore has cut, also when another has its number now', () => {
    expect(eventsUnlikeDigests(histories('a', 'b'), [part])).toMatchObject([
      { problem: expect.stringContaining('does not exist') },
    ])
    expect(eventsUnlikeDigests(histories('a', 'b'), [part, kept(record)])).toEqual([])
    expect(eventsUnlikeDigests(histories('a', 'b', 'new'), [part, kept(record)])).toEqual([])
  })

  it('explains no other event that is gone or was changed', () => {
    const other = kept(digestPart([head(2, 'removed')], '2026-03-01'))
    expect(eventsUnlikeDigests(histories('a'), [part, other, kept(record)])).toHaveLength(1)
    expect(eventsUnlikeDigests(histories('a', 'forged'), [part, other, kept(record)])).toHaveLength(1)
  })

  it('leaves the event that follows to a digest of its own', () => {
    const follows = [{ pk, seq: 3, hash: hash('new') }]
    expect(eventsWithoutDigest(follows, [part])).toEqual([])
    expect(eventsWithoutDigest(follows, [part, kept(record)])).toHaveLength(1)
  })

  it('explains the mails about what was lost, and no other', () => {
    const mails = ['mail-of-the-lost', 'of-nobody'].map((steadfastId) => ({ steadfastId, to: ['a@example.com'] }))
    const digests = { kept: [kept(record)], lockedDays: 1 }
    expect(mailViolations({ mails, sagas: [], fences: [], readAtMs: 0, digests })).toMatchObject([
      { subject: 'mail of-nobody' },
    ])
  })

  it('counts only under the key that names its content', () => {
    expect(parseRecord(record)?.effects).toEqual(['mail-of-the-lost'])
    expect(parseRecord({ ...record, text: record.text.replace('of-the-lost', 'of-another') })).toBeUndefined()
    expect(parseRecord({ key: 'restores/2026-03-01/none.json', text: '{' })).toBeUndefined()
  })
})
