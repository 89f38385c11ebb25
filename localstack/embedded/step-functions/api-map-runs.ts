import { z } from 'zod'
import { AwsError } from '../aws-error.ts'
import { checkArn, fromPageToken, pageSize, read, toPageToken } from './api-input.ts'
import { findExecution, loadExecution } from './execution.ts'
import type { Journal } from './journal.ts'
import type { MapRun } from './map-runs.ts'
import { apiTime } from './timestamps.ts'

type Operation = (input: Record<string, unknown>) => unknown

const listInput = z.object({
  executionArn: z.string(),
  maxResults: pageSize,
  nextToken: z.string().max(1024).optional(),
})

/** The operations on Map Runs. Their executions are listed by `ListExecutions`. */
export function mapRunOperations(journal: Journal): Record<string, Operation> {
  function list(input: Record<string, unknown>): unknown {
    const { executionArn, maxResults, nextToken } = read(listInput, input)
    const execution = findExecution(journal, checkArn(executionArn))
    if (!execution) throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${executionArn}'`)
    const after = nextToken === undefined ? 0 : Number(fromPageToken(nextToken))
    const found = journal.all(
      'SELECT rowid AS position, * FROM mapRuns WHERE execution = ? AND rowid > ? ORDER BY rowid LIMIT ?',
      ...[execution.seq, after, maxResults],
    )
    const mapRuns = found.map((row) => {
      const { arn, startMs, stopMs } = row as unknown as MapRun
      return {
        executionArn,
        mapRunArn: arn,
        stateMachineArn: execution.machineArn,
        startDate: apiTime(startMs),
        ...(stopMs !== null && { stopDate: apiTime(stopMs) }),
      }
    })
    const isFull = found.length === maxResults
    return { mapRuns, ...(isFull && { nextToken: toPageToken(Number(found.at(-1)?.position)) }) }
  }

  function describe(input: Record<string, unknown>): unknown {
    const mapRun = existingMapRun(journal, read(z.object({ mapRunArn: z.string() }), input).mapRunArn)
    const { arn, execution, status, maxConcurrency, toleratedCount, toleratedPercentage, startMs, stopMs } = mapRun
    return {
      mapRunArn: arn,
      executionArn: loadExecution(journal, execution)?.arn,
      status,
      startDate: apiTime(startMs),
      ...(stopMs !== null && { stopDate: apiTime(stopMs) }),
      maxConcurrency,
      toleratedFailurePercentage: toleratedPercentage,
      toleratedFailureCount: toleratedCount,
      ...counts(journal, mapRun),
      redriveCount: 0,
    }
  }

  return { ListMapRuns: list, DescribeMapRun: describe }
}

/** Throws `ResourceNotFound` for a Map Run that is not known. */
export function existingMapRun(journal: Journal, arn: string): MapRun {
  const row = journal.get('SELECT * FROM mapRuns WHERE arn = ?', checkArn(arn))
  if (!row) throw new AwsError('ResourceNotFound', `Resource not found: '${arn}'`)
  return row as unknown as MapRun
}

/** Without an ItemBatcher an item is an execution. What a Map Run that has ended did not begin counts as aborted. */
function counts(journal: Journal, { arn, status, total }: MapRun): Record<string, unknown> {
  const rows = journal.all(
    'SELECT e.status, COUNT(*) AS number FROM mapItems i JOIN executions e ON e.seq = i.child WHERE i.mapRun = ? GROUP BY 1',
    arn,
  )
  const count = (wanted: string) => Number(rows.find((row) => row.status === wanted)?.number ?? 0)
  const begun = rows.reduce((sum, { number }) => sum + Number(number), 0)
  const pending = status === 'RUNNING' ? total - begun : 0
  const shared = {
    pending,
    running: count('RUNNING'),
    succeeded: count('SUCCEEDED'),
    failed: count('FAILED'),
    timedOut: count('TIMED_OUT'),
    aborted: count('ABORTED') + total - begun - pending,
    total,
    resultsWritten: 0,
    failuresNotRedrivable: 0,
    pendingRedrive: 0,
  }
  return { itemCounts: shared, executionCounts: shared }
}
