import type { Journal, Row } from './journal.ts'

export type Status = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED'

/** One execution as the journal keeps it. Times are milliseconds since 1970, `input` and `output` JSON texts. */
export interface Execution {
  seq: number
  arn: string
  name: string
  machineArn: string
  versionArn: string | null
  /** Hash of the definition with which it was started: an update of its machine does not touch it. */
  definition: string
  roleArn: string
  status: Status
  input: string
  output: string | null
  error: string | null
  cause: string | null
  startMs: number
  stopMs: number | null
  /** When the machine's TimeoutSeconds is up. */
  dueMs: number | null
  traceHeader: string | null
  /** Number of its latest event. */
  lastEvent: number
  lastFrame: number
  /** State transitions as AWS bills them: each state entered, each retry, each redrive. */
  transitions: number
  redriveCount: number
  redriveMs: number | null
}

export type NewExecution = Pick<
  Execution,
  'arn' | 'name' | 'machineArn' | 'versionArn' | 'definition' | 'roleArn' | 'input' | 'startMs' | 'traceHeader'
>

export function findExecution(journal: Journal, arn: string): Execution | undefined {
  const row = journal.get('SELECT * FROM executions WHERE arn = ?', arn)
  return row && toExecution(row)
}

export function loadExecution(journal: Journal, seq: number): Execution | undefined {
  const row = journal.get('SELECT * FROM executions WHERE seq = ?', seq)
  return row && toExecution(row)
}

/** Executions of a machine or version, newest first, from below `before` on. */
export function listExecutions(
  journal: Journal,
  { machineArn, status, before, limit }: { machineArn: string; status: string | null; before: number; limit: number },
): Execution[] {
  return journal
    .all(
      `SELECT * FROM executions WHERE (machineArn = ?1 OR versionArn = ?1) AND (?2 IS NULL OR status = ?2) AND seq < ?3
       ORDER BY seq DESC LIMIT ?4`,
      ...[machineArn, status, before, limit],
    )
    .map(toExecution)
}

/** Executions of a Map Run's items, newest first, from below `before` on. */
export function listItemExecutions(
  journal: Journal,
  { mapRun, status, before, limit }: { mapRun: string; status: string | null; before: number; limit: number },
): Execution[] {
  return journal
    .all(
      `SELECT e.* FROM mapItems i JOIN executions e ON e.seq = i.child
       WHERE i.mapRun = ?1 AND (?2 IS NULL OR e.status = ?2) AND i.child < ?3 ORDER BY i.child DESC LIMIT ?4`,
      ...[mapRun, status, before, limit],
    )
    .map(toExecution)
}

export function insertExecution(journal: Journal, started: NewExecution): number {
  const { arn, name, machineArn, versionArn, definition, roleArn, input, startMs, traceHeader } = started
  return journal.run(
    `INSERT INTO executions (arn, name, machineArn, versionArn, definition, roleArn, status, input, startMs,
       traceHeader, lastEvent, lastFrame, transitions, redriveCount)
     VALUES (?, ?, ?, ?, ?, ?, 'RUNNING', ?, ?, ?, 0, 0, 0, 0)`,
    ...[arn, name, machineArn, versionArn, definition, roleArn, input, startMs, traceHeader],
  ).id
}

/** Writes what changes while an execution runs. */
export function updateExecution(journal: Journal, execution: Execution): void {
  const {
    status,
    output,
    error,
    cause,
    stopMs,
    dueMs,
    lastEvent,
    lastFrame,
    transitions,
    redriveCount,
    redriveMs,
    seq,
  } = execution
  journal.run(
    `UPDATE executions SET status = ?, output = ?, error = ?, cause = ?, stopMs = ?, dueMs = ?, lastEvent = ?,
       lastFrame = ?, transitions = ?, redriveCount = ?, redriveMs = ? WHERE seq = ?`,
    ...[status, output, error, cause, stopMs, dueMs, lastEvent, lastFrame, transitions, redriveCount, redriveMs, seq],
  )
}

function toExecution(row: Row): Execution {
  return { ...row } as unknown as Execution
}
