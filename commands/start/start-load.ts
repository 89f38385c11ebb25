import { resolve } from 'node:path'
import type { LoadChoice, LoadMessage } from '../../console/wire-load.ts'
import type { StartedRun } from '../../localstack/steadfast/console/sources.ts'
import { startChildRun } from './child-run.ts'

/** Sends a load run to the stack with this data, from a process of its own: what it costs is not the stack's. */
export function startLoad(
  dataDir: string,
  { unique, copies }: LoadChoice,
  tell: (message: LoadMessage) => void,
): StartedRun {
  const run = startChildRun('run-load.ts', [resolve(dataDir), String(unique), String(copies)], (message) =>
    tell(message as LoadMessage),
  )
  return { stop: run.stop, ended: run.ended.catch((error: Error) => tell({ kind: 'failed', why: error.message })) }
}
