import type { CommandMetadata } from './command-metadata.ts'
import { changed, type Decision, refused } from './decision.ts'

interface Retried {
  id: string
  state: string
  /** The number of its execution. */
  generation: number
  /** The number of its events. */
  version: number
  /** The attempt that runs. */
  task?: object | undefined
  /** An operator has resumed it, and it has not gone on yet. */
  resumption?: object | undefined
  /** It waits for the release of what it needs. */
  held?: object | undefined
  timeline: readonly { outcome: string }[]
}

export interface RunSagaNow extends CommandMetadata {
  /** The execution whose failure the operator has seen. */
  generation: number
  /** Whether the definition that it runs under is the one that is deployed. */
  isDeployed: boolean
}

/**
 * Makes the next attempt of a saga at once, in place of the execution that waits out the delay of a retry. That one is superseded by the
 * next generation, so the command names the generation that it was decided about: of two operators, one is refused.
 */
export function runSagaNow<Saga extends Retried>(
  { saga }: { saga?: Saga | undefined },
  { generation, isDeployed, at }: RunSagaNow,
): Decision<Saga> {
  if (!saga) return refused({ why: 'not-found', what: 'saga' })
  const detail = whyNot(saga, { generation, isDeployed })
  if (detail !== undefined) return refused({ why: 'saga-not-between-attempts', detail })
  const next = { generation: generation + 1, version: saga.version + 1 }
  return changed(
    { type: 'saga.run_now_requested', data: { generation: next.generation } },
    [{ operation: 'run-now', entity: 'saga', sagaId: saga.id, generation, version: next.version, at }],
    { ...saga, ...next },
  )
}

function whyNot(saga: Retried, { generation, isDeployed }: Pick<RunSagaNow, 'generation' | 'isDeployed'>) {
  if (saga.generation !== generation) return `It runs as generation ${saga.generation} by now: read it again.`
  if (saga.state !== 'running' || saga.resumption) return 'It waits for no attempt: only a running saga does.'
  if (saga.held) return 'It waits until what it needs is released, and would wait again.'
  if (saga.task) return 'An attempt is running: read the saga again when it has ended.'
  if (saga.timeline.at(-1)?.outcome !== 'failed') return 'Its last attempt has not failed, so it waits for no other.'
  if (!isDeployed)
    return 'It runs under a definition of another version or setting, which only its present execution can go on with.'
  return undefined
}
