import { SQSClient } from '@aws-sdk/client-sqs'
import type { Depths, DoubleClick, Promises } from '../../console/wire.ts'
import type { OperatorAnswer, OperatorRequest } from '../../console/wire-operator.ts'
import type { SagaRun } from '../../console/wire-saga.ts'
import type { Replay, ReplayQuery, RowsQuery, TableRows } from '../../console/wire-tables.ts'
import type { RowChanges, RowRef, StoredRow, TimelineQuery, Timelines } from '../../console/wire-timeline.ts'
import { readAttempts } from '../check/attempts-log.ts'
import { gatherAll } from '../check/gather.ts'
import { checkInvariants } from '../check/run-check.ts'
import { shortName } from '../short-name.ts'
import { readStoredDataId } from '../stored-data-id.ts'
import { clientConfig, type Target } from '../target.ts'
import { askOperatorApi } from './ask-operator-api.ts'
import { doubleClick } from './double-click.ts'
import { judgePromises, type Suspects } from './judge-promises.ts'
import { type QueueToRead, readDepths } from './read-depths.ts'
import { readReplay } from './read-replay.ts'
import { readRow } from './read-row.ts'
import { readSaga } from './read-saga.ts'
import { readTimelines } from './read-timelines.ts'
import { type RecordedRowChanges, showRowChanges } from './show-row-changes.ts'
import { watchTables } from './watch-tables.ts'

/** Reads for the console what a target stores, and tries it. */
export interface ConsoleReader {
  depths(): Promise<Depths>
  promises(): Promise<Promises>
  timelines(query: TimelineQuery): Promise<Timelines | undefined>
  row(ref: Omit<RowRef, 'name'>): Promise<StoredRow | undefined>
  rowChanges(recorded: RecordedRowChanges): Promise<RowChanges | undefined>
  rows(query: RowsQuery): Promise<TableRows | undefined>
  replay(query: ReplayQuery): Promise<Replay | undefined>
  saga(ref: { tenant: string; id: string }): Promise<SagaRun | undefined>
  operate(request: OperatorRequest): Promise<OperatorAnswer>
  doubleClick(copies: number): Promise<DoubleClick>
}

/** Gives the token of a sample person, or of an operator of any tenant. It stays here. */
export type SignIn = (claims: { tenant: string; user: string; role: 'customer' | 'admin' }) => Promise<string>

export function createConsoleReader(target: Target, signIn: SignIn): ConsoleReader {
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
    timelines: (query) => readTimelines(target, query),
    saga: (ref) => readSaga(target.store, ref),
    async operate(request) {
      const token = await signIn({ tenant: request.tenant, user: 'operator', role: 'admin' })
      return askOperatorApi(target.apiUrl, token, request)
    },
    async doubleClick(copies) {
      // A sample customer, as in the curl line of npm start.
      return doubleClick(target.apiUrl, await signIn({ tenant: 'acme', user: 'cleo', role: 'customer' }), copies)
    },
    row: (ref) => readRow(target.store, ref),
    rowChanges: async (recorded) => showRowChanges(recorded),
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
