import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { HalfApplied } from '../../../proof/simulate/half-applied.ts'
import { Scheduler } from '../../../proof/simulate/scheduler.ts'
import { MemoryStore } from '../../../tables/memory-store.ts'
import type { Key, Store, Write } from '../../../tables/store.ts'

const table = 'Tickets'
const keyOf = (sk: string): Key => ({ pk: 'TENANT#conflicts', sk })
const add = (sk: string): Write => ({ kind: 'update', table, key: keyOf(sk), add: { version: 1 } })
const check = (sk: string): Write => ({ kind: 'check', table, key: keyOf(sk), when: { row: 'present' } })

/** Enough rows for the engine to take some milliseconds to write them. */
const others = Array.from({ length: 60 }, (_, index): Write => {
  return { kind: 'put', table, row: { ...keyOf(`other-${index}`), text: 'x'.repeat(4_000) } }
})

/** The transaction that is under way meanwhile. */
const underWay = [add('a'), check('b'), ...others]

/** A question is asked up to so long after the transaction was sent. */
const askedWithinMs = 15

/** What is asked of the database while a transaction on the rows a and b is under way. */
export const questions: Record<string, (store: Store) => Promise<unknown>> = {
  'a transaction that writes one of its rows': (store) => store.transactWrite([add('c'), add('a')], randomUUID()),
  'a transaction that writes a row which it checks': (store) => store.transactWrite([add('b')], randomUUID()),
  'a transaction that checks one of its rows': (store) => store.transactWrite([add('c'), check('a')], randomUUID()),
  'a transaction on other rows': (store) => store.transactWrite([add('c'), add('d')], randomUUID()),
  'a snapshot of one of its rows': async (store) => (await store.transactRead([{ table, key: keyOf('a') }])).status,
  'a snapshot of a row which it checks': async (store) =>
    (await store.transactRead([{ table, key: keyOf('b') }])).status,
  'a snapshot of other rows': async (store) => (await store.transactRead([{ table, key: keyOf('c') }])).status,
  'a plain read of its rows': async (store) => {
    const { rows } = await store.batchRead([
      { table, key: keyOf('a') },
      { table, key: keyOf('b') },
    ])
    return rows.map((row) => row !== undefined)
  },
}

async function begin(store: Store): Promise<void> {
  for (const sk of ['a', 'b', 'c', 'd']) await store.write({ kind: 'put', table, row: { ...keyOf(sk), version: 0 } })
}

/** What the twin answers while the transaction is being applied, and after it. */
export async function answersOfTwin(ask: (store: Store) => Promise<unknown>) {
  const scheduler = new Scheduler(0)
  const twin = new HalfApplied(new MemoryStore(), scheduler)
  await begin(twin)
  await twin.apply(underWay, randomUUID(), { forMs: 1, isLate: () => false })
  const meanwhile = await ask(twin)
  scheduler.after(2, () => {})
  await scheduler.step()
  return { meanwhile, afterwards: await ask(twin) }
}

/** What the engine answers to a question that is asked soon after the transaction was sent: sometimes while it is under way. */
export async function answersOfEngine(
  store: Store,
  ask: (store: Store) => Promise<unknown>,
  times: number,
): Promise<unknown[]> {
  await begin(store)
  const answers: unknown[] = []
  for (let time = 1; time <= times; time++) {
    const transaction = store.transactWrite(underWay, randomUUID())
    await setTimeout((askedWithinMs * time) / times)
    answers.push(await ask(store))
    // It is cancelled itself when the question was a transaction that came first.
    await transaction
  }
  return answers
}
