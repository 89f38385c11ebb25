import { SQSClient } from '@aws-sdk/client-sqs'
import type { Depths, DoubleClick, Promises } from '../../console/wire.ts'
import type { Life, LifeQuery, RowRef, StoredRow } from '../../console/wire-life.ts'
import type { Replay, ReplayQuery, RowsQuery, TableRows } from '../../console/wire-tables.ts'
import { readAttempts } from '../check/attempts-log.ts'
import { gatherAll } from '../check/gather.ts'
import { checkInvariants } from '../check/run-check.ts'
import { shortName } from '../short-name.ts'
import { readStoredDataId } from '../stored-data-id.ts'
import { clientConfig, type Target } from '../target.ts'
import { doubleClick } from './double-click.ts'
import { judgePromises, type Suspects } from './judge-promises.ts'
import { type QueueToRead, readDepths } from './read-depths.ts'
import { readLife } from './read-life.ts'
import { readReplay } from './read-replay.ts'
import { readRow } from './read-row.ts'
import { watchTables } from './watch-tables.ts'

/** Reads for the console what a target stores, and tries it. */
export interface ConsoleReader {
  depths(): Promise<Depths>
  promises(): Promise<Promises>
  life(query: LifeQuery): Promise<Life | undefined>
  row(ref: Omit<RowRef, 'name'>): Promise<StoredRow | undefined>
  rows(query: RowsQuery): Promise<TableRows | undefined>
  replay(query: ReplayQuery): Promise<Replay | undefined>
  doubleClick(copies: number): Promise<DoubleClick>
}

/** `signIn` gives a customer's token, which stays here. */
export function createConsoleReader(target: Target, signIn: () => Promise<string>): ConsoleReader {
  const sqs = new SQSClient(clientConfig(target.edgeUrl))
  const queues = queuesOf(target)
  const tables = watchTables(target.store)
  let suspects: Suspects = new Map()

  return {
    depths: () => readDepths(target.store, sqs, queues),
    async promises() {
      const beganAtMs = performance.now()
      const { attempts } = readAttempts(target.dataDir, await readStoredDataId(target))
      const evidence = await gatherAll(target, attempts)
      const judged = judgePromises(checkInvariants(evidence), suspects, evidence.readAtMs)
      suspects = judged.suspects
      const sagas: Record<string, number> = {}
      for (const { value } of evidence.sagas) sagas[value.state] = (sagas[value.state] ?? 0) + 1
      const ms = Math.round(performance.now() - beganAtMs)
      return { checkedAt: new Date().toISOString(), ms, invariants: judged.invariants, sagas }
    },
    life: (query) => readLife(target, query),
    doubleClick: async (copies) => doubleClick(target.apiUrl, await signIn(), copies),
    row: (ref) => readRow(target.store, ref),
    rows: tables.read,
    replay: (query) => readReplay(target.store, query),
  }
}

/** The subscribers' queues, by the outputs of the deployment: `ProjectViewsQueueUrl`. */
function queuesOf({ outputs }: Pick<Target, 'outputs'>): QueueToRead[] {
  return Object.entries(outputs).flatMap(([output, url]) => {
    const [, name = ''] = /\/([^/]+)\.fifo$/.exec(url) ?? []
    if (!output.endsWith('QueueUrl') || name === '') return []
    return [{ queue: shortName(name), url, deadLettersUrl: url.replace(/\.fifo$/, '-dlq.fifo') }]
  })
}
