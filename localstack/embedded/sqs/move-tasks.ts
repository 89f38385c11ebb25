import type { Log } from '../ports.ts'
import type { Input, Operations, Output, SqsContext } from './context.ts'
import { invalidParameter, invalidValue, missingParameter, resourceNotFound } from './errors.ts'
import { sourcesOf } from './queue-operations.ts'
import { movesPerSecondMax, moveTasksListedMax } from './rules/limits.ts'
import type { Row } from './storage/database.ts'
import { type Queue, queueNameOfArn } from './storage/queues.ts'

export interface MoveTasks {
  operations: Operations
  /** Goes on with what a stop or a kill interrupted. */
  resume(): void
  stop(): void
}

/** Moved in one turn, so that other calls have their turns too. */
const movedAtOnce = 100

/** Message move tasks: what lies in a dead-letter queue goes back to where it came from, or elsewhere, message by message. */
export function moveTasks(context: SqsContext, log: Log): MoveTasks {
  const { db, queues, messages, runtime, changed } = context
  const { prepare } = db
  const timers = new Map<string, NodeJS.Timeout>()
  let stopped = false

  function queueOfArn(arn: string): Queue | undefined {
    const queue = queues.find(queueNameOfArn(arn))
    return queue?.arn === arn ? queue : undefined
  }

  function proceed(id: string, afterMs = 0): void {
    if (stopped) return
    timers.set(
      id,
      setTimeout(() => {
        timers.delete(id)
        try {
          if (db.write(() => advance(id)) === 'more') proceed(id, pauseMs(id))
        } catch (error) {
          log.warn(`SQS: the message move task ${id} is interrupted until the next start: ${error}`)
        }
      }, afterMs),
    )
  }

  const task = (id: string) => prepare('SELECT * FROM moveTasks WHERE id = ?').get(id)
  const pauseMs = (id: string) => (task(id)?.perSecond === null ? 0 : 1000)

  function advance(id: string): 'more' | 'done' {
    const row = task(id)
    if (row?.status !== 'RUNNING') return 'done'
    const end = (status: string, failure: string | null = null) => {
      prepare('UPDATE moveTasks SET status = ?, failure = ? WHERE id = ?').run(status, failure, id)
      return 'done' as const
    }
    const source = queueOfArn(String(row.sourceArn))
    if (!source) return end('FAILED', nonExistentQueue)
    const limit = row.perSecond === null ? movedAtOnce : Number(row.perSecond)
    const seqs = messages.movable(source, runtime.now(), Number(row.lastSeq), limit)
    for (const seq of seqs) {
      const { sourceArn } = messages.read(seq)
      const targetArn = row.destinationArn === null ? sourceArn : String(row.destinationArn)
      if (targetArn === undefined) return end('FAILED', 'CouldNotDetermineMessageSource')
      const target = queueOfArn(targetArn)
      if (!target) return end('FAILED', nonExistentQueue)
      messages.move(seq, source, target, { renewedId: runtime.uuid(), nowMs: runtime.now() })
      prepare('UPDATE moveTasks SET moved = moved + 1 WHERE id = ?').run(id)
      changed(target)
    }
    return seqs.length < limit ? end('COMPLETED') : 'more'
  }

  const operations: Operations = {
    StartMessageMoveTask(input) {
      const source = given(input, 'SourceArn', queueOfArn)
      const destination = input.DestinationArn === undefined ? undefined : given(input, 'DestinationArn', queueOfArn)
      const { MaxNumberOfMessagesPerSecond: perSecond } = input
      if (perSecond !== undefined && !(Number(perSecond) >= 1 && Number(perSecond) <= movesPerSecondMax))
        throw invalidValue(
          perSecond,
          'MaxNumberOfMessagesPerSecond',
          `Must be between 1 and ${movesPerSecondMax}, if provided.`,
        )
      if (sourcesOf(context, source.arn).length === 0)
        throw invalidParameter('Source queue must be configured as a Dead Letter Queue.')
      if (destination && destination.settings.isFifo !== source.settings.isFifo)
        throw invalidParameter('Source and destination queue must be of the same type.')
      if (prepare("SELECT 1 FROM moveTasks WHERE sourceArn = ? AND status = 'RUNNING'").get(source.arn))
        throw invalidParameter(
          'There is already a task running. Only one active task is allowed for a source queue arn at a given time.',
        )
      const id = runtime.uuid()
      const nowMs = runtime.now()
      db.write(() =>
        prepare(
          `INSERT INTO moveTasks (id, sourceArn, destinationArn, perSecond, status, moved, toMove, lastSeq, startedMs)
           VALUES (?, ?, ?, ?, 'RUNNING', 0, ?, ?, ?)`,
        ).run(
          id,
          source.arn,
          destination?.arn ?? null,
          perSecond === undefined ? null : Number(perSecond),
          messages.counts(source, nowMs).visible,
          messages.lastSeq(),
          nowMs,
        ),
      )
      proceed(id)
      return { TaskHandle: handleOf(id, source.arn) }
    },

    ListMessageMoveTasks(input) {
      const { arn } = given(input, 'SourceArn', queueOfArn)
      const { MaxResults = 1 } = input
      if (!(Number(MaxResults) >= 1 && Number(MaxResults) <= moveTasksListedMax))
        throw invalidValue(MaxResults, 'MaxResults', `Must be between 1 and ${moveTasksListedMax}, if provided.`)
      const rows = prepare('SELECT * FROM moveTasks WHERE sourceArn = ? ORDER BY number DESC LIMIT ?')
      return { Results: rows.all(arn, Number(MaxResults)).map(shown) }
    },

    CancelMessageMoveTask({ TaskHandle }) {
      if (TaskHandle === undefined) throw missingParameter('TaskHandle')
      const { taskId, sourceArn } = readHandle(String(TaskHandle))
      if (!queueOfArn(sourceArn)) throw noResource('SourceArn')
      const row = task(taskId)
      if (!row || row.sourceArn !== sourceArn) throw resourceNotFound('Task does not exist.')
      if (row.status !== 'RUNNING') throw invalidParameter('Only active tasks can be cancelled.')
      db.write(() => prepare("UPDATE moveTasks SET status = 'CANCELLED' WHERE id = ?").run(taskId))
      return { ApproximateNumberOfMessagesMoved: Number(row.moved) }
    },
  }

  return {
    operations,
    resume() {
      for (const { id } of prepare("SELECT id FROM moveTasks WHERE status = 'RUNNING'").all()) proceed(String(id))
    },
    stop() {
      stopped = true
      for (const timer of timers.values()) clearTimeout(timer)
    },
  }
}

const nonExistentQueue = 'AWS.SimpleQueueService.NonExistentQueue'

const noResource = (member: string) =>
  resourceNotFound(`The resource that you specified for the ${member} parameter doesn't exist.`)

function given(input: Input, member: string, find: (arn: string) => Queue | undefined): Queue {
  const arn = input[member]
  if (arn === undefined) throw missingParameter(member)
  if (!/^arn:[^:]+:sqs:[^:]*:\d{12}:[^:]+$/.test(String(arn)))
    throw invalidParameter(
      `You must use this format to specify the ${member}: arn:<partition>:<service>:<region>:<account-id>:<resource-id>`,
    )
  const queue = find(String(arn))
  if (!queue) throw noResource(member)
  return queue
}

function shown(row: Row): Output {
  const { status, perSecond, destinationArn, failure } = row
  return {
    ...(status === 'RUNNING' && { TaskHandle: handleOf(String(row.id), String(row.sourceArn)) }),
    Status: status,
    SourceArn: row.sourceArn,
    ...(destinationArn !== null && { DestinationArn: destinationArn }),
    ...(perSecond !== null && { MaxNumberOfMessagesPerSecond: perSecond }),
    ApproximateNumberOfMessagesMoved: row.moved,
    ApproximateNumberOfMessagesToMove: row.toMove,
    ...(failure !== null && { FailureReason: failure }),
    StartedTimestamp: row.startedMs,
  }
}

const handleOf = (taskId: string, sourceArn: string) =>
  Buffer.from(JSON.stringify({ taskId, sourceArn })).toString('base64')

function readHandle(handle: string): { taskId: string; sourceArn: string } {
  try {
    const { taskId, sourceArn } = JSON.parse(Buffer.from(handle, 'base64').toString()) as Record<string, unknown>
    if (typeof taskId === 'string' && typeof sourceArn === 'string') return { taskId, sourceArn }
  } catch {
    // Refused below.
  }
  throw invalidParameter('Value for parameter TaskHandle is invalid.')
}
