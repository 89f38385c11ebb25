import type { ColumnMessage, ColumnName, PlayChoice, PlayMessage } from '../../console/wire-play.ts'
import type { StartedPlay } from '../../localstack/steadfast/console/sources.ts'
import { startChildRun } from './child-run.ts'

/** Plays a scenario in a process per column: with its guard, and beside it without, if a mutant is given. */
export function playScenario({ scenario, mutant }: PlayChoice, tell: (message: PlayMessage) => void): StartedPlay {
  const start = (column: ColumnName, args: readonly string[]) => {
    const run = startChildRun('play-column.ts', args, (message) => tell({ column, ...(message as ColumnMessage) }))
    // One column that failed leaves the other to be played.
    const ended = run.ended.catch((error: Error) => tell({ column, kind: 'failed', why: error.message }))
    return { ...run, ended }
  }
  const columns = [
    start('guarded', [scenario]),
    ...(mutant === undefined ? [] : [start('unguarded', [scenario, mutant])]),
  ]
  return {
    ended: Promise.all(columns.map(({ ended }) => ended)).then(() => {}),
    go: (upTo) => {
      for (const column of columns) column.send({ upTo })
    },
    async stop() {
      await Promise.all(columns.map((column) => column.stop()))
    },
  }
}
