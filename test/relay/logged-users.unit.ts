import { expect, it } from 'vitest'
import { consumeBatch } from '../../app/consume/consume-batch.ts'
import { type Consumer, PoisonEventError } from '../../app/consume/consumer.ts'
import { loggedKeys, personHash } from '../../app/logged-aggregate.ts'
import type { Observer } from '../../app/observer.ts'
import { sweepRows } from '../../app/sweep.ts'
import { reconcileConsumers } from '../../functions/reconcile-consumers/reconcile-consumers.ts'
import { relayOutbox } from '../../functions/relay-outbox/relay-outbox.ts'
import { sweepOutbox } from '../../functions/sweep-outbox/sweep-outbox.ts'
import { MemoryQueue } from '../../gateways/queue-memory.ts'
import { ManualRuntime } from '../../proof/manual-runtime.ts'
import { aggregateKey, seqKey } from '../../tables/keys.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import { wholeOutbox } from '../../tables/outbox.ts'
import { committed, event, eventBatch, insertedRow } from './fixtures.ts'

const jane = { type: 'user', id: 'jane.doe@example.com' } as const
const pk = aggregateKey('acme', jane)
const hash = personHash('acme', jane.id)

/** Keeps the facts of every line. */
class RecordingObserver implements Observer {
  readonly lines: string[] = []
  readonly info = (message: string, facts: object) => void this.lines.push(JSON.stringify([message, facts]))
  readonly warn = this.info
  readonly error = this.info
  count() {}
  seconds() {}
}

function backgroundCase() {
  const store = new MemoryStore()
  const runtime = new ManualRuntime()
  const observer = new RecordingObserver()
  const deps = { store, runtime, observer, queue: new MemoryQueue(runtime.now), subscribers: {} }
  const naming = () => observer.lines.filter((line) => line.includes(hash))
  return { store, runtime, observer, deps, naming, deadlineMs: () => runtime.now() + 10_000 }
}

const broken: Consumer = {
  name: 'views',
  handle: () => Promise.reject(new PoisonEventError('cannot be applied')),
}

it('a user whose events are blocked is named by a hash, when blocked and at each new try', async () => {
  const { store, deps, observer, naming, deadlineMs } = backgroundCase()
  const poison = event(jane.id, 1, { type: 'user.deactivated', data: {} }, jane)
  await committed(store, poison)
  await consumeBatch(deps, broken, eventBatch([poison]), deadlineMs())
  const failing: Consumer = { ...broken, handle: () => Promise.reject(new Error('the table does not answer')) }
  for (const consumers of [[], [broken], [failing]]) await reconcileConsumers(deps, consumers, deadlineMs())
  expect(observer.lines.join()).not.toContain(jane.id)
  expect(naming().join()).toMatch(/aggregate blocked.*in an unknown consumer.*could not catch up.*could not catch up/)
})

it('a user whose outbox row cannot be read is named by a hash: by relay and sweep', async () => {
  const { store, deps, observer, naming, deadlineMs } = backgroundCase()
  const row = { pk, sk: seqKey(1), type: 'no event' }
  await store.write({ kind: 'put', table: 'Outbox', row })
  const inserted = insertedRow(row)
  await relayOutbox(
    deps,
    { Records: [{ ...inserted, dynamodb: { ...inserted.dynamodb, Keys: { pk: { S: pk } } } }] },
    deadlineMs(),
  )
  await sweepOutbox(deps, deadlineMs())
  expect(observer.lines.join()).not.toContain(jane.id)
  expect(naming()).toHaveLength(2)
})

it('a user behind whose row a sweep goes on is named by a hash', async () => {
  const { store, deps, observer, naming, deadlineMs } = backgroundCase()
  await store.write({ kind: 'put', table: 'Outbox', row: { pk, sk: seqKey(1) } })
  const failing = () => Promise.reject(new Error('injected'))
  await sweepRows(deps, { name: 'sweep-outbox', ...wholeOutbox, limit: 10 }, failing, deadlineMs())
  expect(observer.lines.join()).not.toContain(jane.id)
  expect(naming()).toHaveLength(1)
})

it('keys of anything else are logged as they are', () => {
  const keys = { pk: aggregateKey('acme', { type: 'ticket', id: 't1' }), sk: 'TICKET', n: 1, none: undefined }
  expect(loggedKeys(keys)).toEqual(keys)
  expect(loggedKeys('quarantine/USER#x')).toBe('quarantine/USER#x')
  expect(loggedKeys({ pk: { S: pk } })).toEqual({ pk: { S: aggregateKey('acme', { type: 'user', id: hash }) } })
})
