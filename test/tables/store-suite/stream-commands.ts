import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { expect } from 'vitest'
import { Draws } from '../../../proof/simulate/draws.ts'
import { Faults } from '../../../proof/simulate/faults.ts'
import { HalfApplied } from '../../../proof/simulate/half-applied.ts'
import { Mirror } from '../../../proof/simulate/mirror.ts'
import { type OnWritten, simulatedStore } from '../../../proof/simulate/simulated-store.ts'
import { Simulation } from '../../../proof/simulate/simulation.ts'
import { MemoryStore } from '../../../tables/memory-store.ts'
import type { Store, Write } from '../../../tables/store.ts'
import { rowsOf, transaction, write } from './store-commands.ts'
import type { Change, StreamedTable } from './streamed-tables.ts'

/** A call that may change rows; a transaction may be sent again under its token, as after a lost answer. */
type Call = { write: Write } | { writes: Write[]; times: number }

const call: fc.Arbitrary<Call> = fc.oneof(
  write.map((each) => ({ write: each })),
  fc.record({ writes: transaction, times: fc.constantFrom(1, 1, 2) }),
)

/** How the simulation hears of a write that took effect; a test may plant a mistake in it. */
export type Hears = (hear: OnWritten) => OnWritten

/**
 * Sends random writes to the engine and to the database of the simulation, and expects the engine's stream to have what the
 * simulation heard: of each row the same changes in the same order, with the row before and after, and none of a write that
 * was refused or changed nothing.
 */
export async function compareStreams(
  { store, changes }: StreamedTable,
  { seed, runs, length, hears = (hear) => hear }: { seed: number; runs: number; length: number; hears?: Hears },
): Promise<void> {
  const calls = fc.array(call, { minLength: 1, maxLength: length, size: 'max' })
  const property = fc.asyncProperty(calls, async (drawn) => {
    for (const { pk, sk } of await rowsOf(store))
      await store.write({ kind: 'delete', table: 'Tickets', key: { pk: String(pk), sk: String(sk) } })
    await changes()
    const twin = new SimulatedStream(hears)
    for (const each of drawn)
      if ('write' in each) {
        await store.write(each.write)
        await twin.store((database) => database.write(each.write))
      } else {
        const token = randomUUID()
        const sendTo = async (database: Pick<Store, 'transactWrite'>) => {
          for (let time = 1; time <= each.times; time++) await database.transactWrite(each.writes, token)
        }
        await sendTo(store)
        // One process sends them all: a token is never used by another.
        await twin.store(sendTo)
      }
    expect(perRow(await changes())).toEqual(perRow(twin.changes))
  })
  await fc.assert(property, { seed, numRuns: runs })
}

/** What the simulation's outbox stream and safety checks are told, as changes of rows. */
class SimulatedStream {
  readonly changes: Change[] = []
  readonly #simulation = new Simulation({
    draws: new Draws(0),
    faults: new Faults({ faults: 'listed', list: [] }),
    latencyMsMax: 1,
    clockErrorMsMax: 0,
  })
  readonly #database = new HalfApplied(new MemoryStore(), this.#simulation.scheduler)
  readonly #mirror = new Mirror()
  readonly #hear: OnWritten

  constructor(hears: Hears) {
    this.#hear = hears((writes) => {
      for (const each of writes) {
        const change = this.#mirror.apply(each)
        if (change && !isDeepStrictEqual(change.before, change.after)) this.changes.push(change)
      }
    })
  }

  async store(ask: (store: ReturnType<typeof simulatedStore>) => Promise<unknown>): Promise<void> {
    const simulation = this.#simulation
    await simulation.untilEnded(
      simulation.run('writer', (process) => ask(simulatedStore(process, this.#database, this.#hear))),
    )
  }
}

/** Only the order of one row's changes is promised. */
function perRow(changes: readonly Change[]): Record<string, Change[]> {
  const rows: Record<string, Change[]> = {}
  for (const { before, after } of changes) {
    const { pk, sk } = after ?? before ?? {}
    const address = `${pk} ${sk}`
    rows[address] = [...(rows[address] ?? []), { before, after }]
  }
  return rows
}
