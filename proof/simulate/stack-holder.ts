import { HoldRefusedError, holdEverything, releaseEverything } from '../../app/hold-everything.ts'
import { isStackHold } from '../../tables/stack-hold.ts'
import type { Row, Store, TableName } from '../../tables/store.ts'
import type { Process } from './process.ts'
import type { Simulation } from './simulation.ts'

const untilFirstMsMax = 60_000
const heldMsMax = 20 * 60_000

/** Longer than a lost command can still take effect. */
const betweenLooksMs = 120_000

/**
 * Starts the operators of the stack: they hold everything and release it at random times, two of them at once now and then. In the end
 * everything is released, however often that takes.
 */
export function startStackHolders({
  simulation,
  storeOf,
  rows,
}: {
  simulation: Simulation
  storeOf: (process: Process) => Store
  rows: (table: TableName) => ReadonlyMap<string, Row>
}): void {
  const { scheduler, coverage } = simulation
  const draws = simulation.draws.of('who holds everything')
  let number = 0
  const runCommand = (what: 'hold' | 'release', operators: number) =>
    Promise.all(
      Array.from({ length: operators }, async (_, index) => {
        const operator = `operator ${index + 1}`
        const result = await simulation.run(`${operator} of the stack, order ${++number}`, async (process) => {
          const deps = { store: storeOf(process), runtime: process.runtime }
          if (what === 'hold') await holdEverything(deps, { operator, reason: 'The operators look.' })
          else await releaseEverything(deps, { operator })
        })
        // A read without an answer ends the command, too.
        if (result.status === 'threw' && result.error instanceof HoldRefusedError)
          coverage.count('a command about everything was refused')
      }),
    )
  const isHeld = () => [...rows('Tickets').values()].some((row) => isStackHold(row) && row.hold !== undefined)
  simulation.start(async () => {
    for (let round = 0; round < draws.integer(1, 2, 1); round++) {
      await scheduler.sleep(draws.number(10 + round) * draws.pick([200, untilFirstMsMax], 20 + round))
      await runCommand('hold', draws.integer(1, 2, 30 + round))
      await scheduler.sleep(draws.number(40 + round) * draws.pick([2_000, heldMsMax], 50 + round))
      await runCommand('release', draws.integer(1, 2, 60 + round))
    }
    for (let free = 0; free < 2; await scheduler.sleep(betweenLooksMs)) {
      free = isHeld() ? 0 : free + 1
      if (free === 0) await runCommand('release', 1)
    }
    coverage.count('everything was held and released')
  })
}
