import type { Journal, Row } from './journal.ts'

/** A Map Run: what a Map state in mode DISTRIBUTED is while it runs. Each of its items has an execution of its own. */
export interface MapRun {
  arn: string
  execution: number
  frame: number
  /** The ARN that its executions name as their machine: the machine's with the label behind it. */
  machineArn: string
  /** Hash of the item processor, which is their definition. */
  definition: string
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED'
  total: number
  maxConcurrency: number
  toleratedCount: number
  toleratedPercentage: number
  startMs: number
  stopMs: number | null
}

/** Ends the Map Runs of an execution that has ended. Returns the executions of their items that still run. */
export function abortMapRuns(journal: Journal, execution: number, nowMs: number): number[] {
  const ended = journal.run(
    "UPDATE mapRuns SET status = 'ABORTED', stopMs = ? WHERE execution = ? AND status = 'RUNNING'",
    ...[nowMs, execution],
  )
  if (ended.changes === 0) return []
  return journal
    .all(
      `SELECT i.child FROM mapItems i JOIN executions e ON e.seq = i.child WHERE i.parent = ? AND e.status = 'RUNNING'`,
      execution,
    )
    .map(({ child }) => Number(child))
}

/** Keeps that an execution belongs to an item: the execution of the Map, and the item's frame there. */
export function keepItem(
  journal: Journal,
  child: number,
  { mapRun, parent, frame }: { mapRun: string; parent: number; frame: number },
): void {
  journal.run('INSERT INTO mapItems (child, mapRun, parent, frame) VALUES (?, ?, ?, ?)', child, mapRun, parent, frame)
}

/** Whose item an execution is: the execution of the Map, and the item's frame there. */
export function itemOf(journal: Journal, child: number): { mapRun: string; parent: number; frame: number } | undefined {
  const row = journal.get('SELECT mapRun, parent, frame FROM mapItems WHERE child = ?', child)
  return row && { mapRun: String(row.mapRun), parent: Number(row.parent), frame: Number(row.frame) }
}

/** Whether a Map Run of the execution did not succeed and was not caught: a redrive would have to redrive it. */
export function hasUnfinishedMapRun(journal: Journal, execution: number): boolean {
  const found = journal.get(
    `SELECT 1 FROM mapRuns m JOIN frames f ON f.execution = m.execution AND f.id = m.frame AND f.phase = 'children'
     WHERE m.execution = ? AND m.status <> 'SUCCEEDED'`,
    execution,
  )
  return found !== undefined
}

/** After a restart: items whose executions ended untold, and executions of items that nobody waits for. */
export function strayItems(journal: Journal): { ended: number[]; orphans: number[] } {
  const awaited = `FROM mapItems i JOIN executions e ON e.seq = i.child JOIN executions p ON p.seq = i.parent
    LEFT JOIN frames f ON f.execution = i.parent AND f.id = i.frame AND f.phase = 'execution'`
  const seqs = (rows: Row[]) => rows.map(({ child }) => Number(child))
  return {
    ended: seqs(
      journal.all(
        `SELECT i.child ${awaited} WHERE f.id IS NOT NULL AND p.status = 'RUNNING' AND e.status <> 'RUNNING'`,
      ),
    ),
    orphans: seqs(
      journal.all(`SELECT i.child ${awaited} WHERE e.status = 'RUNNING' AND (f.id IS NULL OR p.status <> 'RUNNING')`),
    ),
  }
}
