import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readStages } from '../../app/migrate/stage-reader.ts'
import { stages } from '../../domain/migration.ts'
import { parseRun, runsQuery } from '../../tables/runs.ts'
import type { Api } from '../fixtures/api.ts'
import { allRows } from '../fixtures/dump.ts'
import { interceptStore } from '../fixtures/intercepted-store.ts'
import { runInterleaved } from '../fixtures/interleaving.ts'
import { MigratingSystem, migrationName } from './migrating-system.ts'

const allNext = stages.slice(1)

describe('a migration', () => {
  it('goes through every stage and back beside traffic, and no write is lost', async () => {
    const system = new MigratingSystem()
    const early = await system.open(system.previous, 'high')
    for (const stage of allNext) {
      await system.open(system.current, 'urgent')
      expect(await system.comment(system.current, early)).toBe(201)
      expect(await system.move('next')).toMatchObject({ to: stage })
      expect(await system.problems()).toEqual([])
    }
    expect(await system.move('next')).toMatchObject({ from: 'contract', to: 'contract' })
    expect((await system.headers()).filter((row) => 'priority' in row)).toEqual([])
    for (const stage of stages.slice(0, -1).toReversed()) {
      expect(await system.correct(system.current, early, stage === 'deploy' ? 'high' : 'low')).toBe(200)
      await system.open(system.current, 'low')
      expect(await system.move('back')).toMatchObject({ to: stage })
      expect(await system.problems()).toEqual([])
    }
    await expect(system.move('back')).rejects.toThrow('there is no way back')
    // What the version before would read now: each header has its word.
    expect((await system.headers()).filter((row) => !('priority' in row))).toEqual([])
  })

  it('moves once by a command that names the stage to leave, although it was killed after the change and is repeated', async () => {
    const system = new MigratingSystem()
    await system.until('validate')
    const killed = interceptStore(system.memory, async ({ method }, proceed) => {
      const outcome = await proceed()
      if (method === 'transactWrite') throw new Error('killed')
      return outcome
    })
    await expect(system.move('next', { from: 'validate', on: killed })).rejects.toThrow('killed')
    expect(await system.stage()).toBe('switch-reads')
    const repeated = { from: 'validate', to: 'switch-reads', already: true }
    expect(await system.move('next', { from: 'validate' })).toMatchObject(repeated)
    expect(await system.stage()).toBe('switch-reads')
    await expect(system.move('next', { from: 'backfill' })).rejects.toThrow(
      /is at "switch-reads" and not at "backfill", where ada moved it at 2/,
    )
    expect(await system.move('back', { from: 'switch-reads' })).toMatchObject({ to: 'validate', already: false })
    expect(await system.move('back', { from: 'switch-reads' })).toMatchObject({ to: 'validate', already: true })
    expect(await system.stage()).toBe('validate')
  })

  it('has each change of its stage in the ledger, in order, with who made it', async () => {
    const system = new MigratingSystem()
    await system.move('next')
    await system.halt('halt', 'the database is hot')
    await system.halt('resume')
    await system.move('back')
    const { rows } = await system.memory.query(runsQuery(`migrate ${migrationName}`))
    expect(rows.map(parseRun).toReversed()).toMatchObject([
      { step: 'moved', action: 'next', operator: 'ada', from: 'expand', to: 'deploy' },
      { action: 'halt', operator: 'bob', from: 'deploy', to: 'deploy', reason: 'the database is hot' },
      { action: 'resume', operator: 'bob', from: 'deploy', to: 'deploy' },
      { action: 'back', operator: 'ada', from: 'deploy', to: 'expand' },
    ])
  })

  it('keeps what was acknowledged under any order of moves, and of writes of current and previous code', async () => {
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.record({ move: fc.constantFrom('next' as const, 'back' as const) }) },
      {
        weight: 5,
        arbitrary: fc.record({
          write: fc.constantFrom('open', 'comment', 'correct'),
          by: fc.constantFrom('current', 'cached', 'previous'),
          ticket: fc.nat(),
          priority: fc.constantFrom('low', 'normal', 'high', 'urgent'),
        }),
      },
    )
    const isRow = (row: object) => 'priority' in row || 'priorityScale' in row
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 30 }), async (steps) => {
        const system = new MigratingSystem()
        // Knows the stages as they were up to a second ago, or 15 while no migration is under way.
        const cached = system.newCode()
        await system.open(system.previous, 'normal')
        for (const one of steps) {
          // A gate may refuse because of what the previous version wrote: nothing moves then.
          if ('move' in one) await system.move(one.move).catch(() => {})
          else await write(system, one.by === 'cached' ? cached : system[one.by as 'current' | 'previous'], one)
          expect((await system.headers()).every(isRow)).toBe(true)
        }
        expect(await system.problems()).toEqual([])
      }),
      { numRuns: 25 },
    )
  })
})

/** The previous version may fail on a row that has the new form only: it then changes nothing. */
async function write(
  system: MigratingSystem,
  by: Api,
  { write, ticket, priority }: { write: string; ticket: number; priority: string },
): Promise<void> {
  const ids = [...system.acknowledged.keys()]
  const id = ids[ticket % ids.length] ?? ''
  if (write === 'open') await system.open(by, priority)
  else if (write === 'comment') await system.comment(by, id)
  else await system.correct(by, id, priority)
}

describe('two operators at once', () => {
  it.each([
    ['next', 'next'],
    ['next', 'back'],
  ] as const)('with %s and %s: one moves the stage, the other is told who did', async (first, second) => {
    for (const order of [
      [0, 1, 0, 1, 0, 1],
      [1, 1, 0, 0, 1, 0],
      [0, 0, 1, 1, 1, 0],
    ] as const) {
      const system = new MigratingSystem()
      await system.until('validate')
      await system.open(system.current, 'high')
      const before = (await readStages(system.memory))?.revision ?? 0
      const moving = (action: 'next' | 'back', operator: string) => (on: Parameters<typeof system.deps>[0]) =>
        system.move(action, { on: on ?? system.memory, operator }).then(
          () => 'moved' as const,
          (error: Error) => error.message,
        )
      const outcomes = await runInterleaved(system.memory, moving(first, 'ada'), moving(second, 'bob'), order)
      expect(outcomes.filter((outcome) => outcome === 'moved')).toHaveLength(1)
      expect(outcomes.find((outcome) => outcome !== 'moved')).toMatch(/somebody else.*moved by (ada|bob)/)
      const after = await readStages(system.memory)
      expect(after?.revision).toBe(before + 1)
      const entries = (await allRows(system.memory, 'Runs')).map(parseRun).filter(({ step }) => step === 'moved')
      expect(entries).toHaveLength(before + 1)
    }
  })
})

describe('the write of a stage whose answer is lost', () => {
  it.each([
    ['was stored', true],
    ['was not stored', false],
  ])('that %s moves the stage once, with one entry', async (_, isStored) => {
    const system = new MigratingSystem()
    let lost = 0
    const losing = interceptStore(system.memory, async ({ method }, proceed) => {
      if (method !== 'transactWrite' || lost++ > 0) return proceed()
      if (isStored) await proceed()
      return { status: 'unknown', cause: new Error('lost') }
    })
    expect(await system.move('next', { on: losing })).toMatchObject({ to: 'deploy' })
    expect(await readStages(system.memory)).toMatchObject({ revision: 1 })
    expect(await allRows(system.memory, 'Runs')).toHaveLength(1)
  })
})
