import { AwsError } from '../aws-error.ts'
import type { Answer, WireService } from '../edge/answer.ts'
import type { Wakeups } from '../ports.ts'
import type { Backups } from './backups.ts'
import { decode, type EngineAnswer, type EngineClient } from './engine-client.ts'
import type { EngineStore } from './engine-store.ts'
import { type Guarded, guard } from './guard.ts'
import { type Access, itemsInFlight } from './items-in-flight.ts'
import { resolveListUpdates } from './list-update-requests.ts'
import { isMetered, type Meter, measure } from './meter.ts'
import type { RequestTokens } from './request-tokens.ts'
import type { RowFeed } from './row-feed.ts'
import { withRegion } from './streams.ts'
import { list, record, type TouchedItem, touchedItems, writtenItems } from './touched-items.ts'
import { withUpdatedElements } from './updated-values.ts'

type Input = Record<string, unknown>

export interface ServiceParts {
  engine: EngineClient
  store: EngineStore
  tokens: RequestTokens
  wakeups: Wakeups
  backups: Backups
  rowFeed: Pick<RowFeed, 'around'>
  /** Measures calls while someone watches. */
  meter?: Meter | undefined
}

/** How an operation overlaps with others in flight; operations that are not here never do. */
const access: Record<string, Access> = {
  TransactWriteItems: 'transaction',
  TransactGetItems: 'snapshot',
  PutItem: 'write',
  UpdateItem: 'write',
  DeleteItem: 'write',
  BatchWriteItem: 'write',
}

const plain = ['GetItem', 'Query', 'Scan', 'BatchGetItem', 'ListTables', 'DescribeTimeToLive', 'UpdateTimeToLive']
const statements = ['ExecuteStatement', 'BatchExecuteStatement', 'ExecuteTransaction']
const withArns = ['CreateTable', 'DescribeTable', 'UpdateTable', 'DeleteTable']
const tagging = ['TagResource', 'UntagResource', 'ListTagsOfResource']
const supported = new Set([...Object.keys(access), ...plain, ...statements, ...withArns, ...tagging])
const changesTables = new Set(['CreateTable', 'UpdateTable', 'DeleteTable'])

/** DynamoDB: the engine's answers, with what it lacks added before and after. */
export function dynamoDbService(parts: ServiceParts): WireService {
  const { engine, store, tokens, wakeups, meter, backups, rowFeed } = parts
  const inFlight = itemsInFlight()
  const send = async (operation: string, body: Buffer | string) =>
    withPlainMessage(await engine.send(`DynamoDB_20120810.${operation}`, body))

  async function locked(operation: string, request: Guarded, body: Buffer | string): Promise<EngineAnswer> {
    const { input, listUpdates } = request
    const items = touchedItems(operation, input, store.keyNames)
    const ids = items.map(idOf)
    if (listUpdates.length > 0) {
      const hold = await inFlight.hold(listUpdates.flatMap(({ position }) => ids[position] ?? []))
      try {
        const exact = await resolveListUpdates(request, items, engine)
        return await entered(operation, exact, JSON.stringify(exact), items)
      } finally {
        hold.release()
      }
    }
    for (let held = inFlight.whenNotHeld(ids); held; held = inFlight.whenNotHeld(ids)) await held
    return entered(operation, input, body, items)
  }

  async function entered(
    operation: string,
    input: Input,
    body: Buffer | string,
    items: readonly (TouchedItem | undefined)[],
  ): Promise<EngineAnswer> {
    const entry = inFlight.enter(access[operation] ?? 'write', items.map(idOf))
    if ('conflicts' in entry) {
      if (operation === 'BatchWriteItem') return withoutConflicting(input, entry.conflicts, locked)
      throw conflict(operation, items.length, entry.conflicts)
    }
    try {
      const answer = await rowFeed.around(writtenItems(operation, input, items), () => send(operation, body))
      if (answer.status < 400 && operation !== 'TransactGetItems') {
        for (const tableName of new Set(items.map((item) => item?.tableName))) {
          if (tableName !== undefined) wakeups.notify(`dynamodb:${tableName}`)
        }
      }
      return operation === 'UpdateItem' && answer.status < 400 ? withUpdatedElements(input, answer) : answer
    } finally {
      entry.done()
    }
  }

  async function transaction(input: Input, request: Guarded, body: Buffer | string): Promise<EngineAnswer> {
    const token = input.ClientRequestToken
    if (typeof token !== 'string' || token === '') return locked('TransactWriteItems', request, body)
    const state = tokens.begin(token, input)
    if (state.kind === 'repeated') return { status: 200, body: Buffer.from('{}') }
    let succeeded = false
    try {
      const answer = await locked('TransactWriteItems', request, body)
      succeeded = answer.status < 400
      return answer
    } finally {
      state.finish(succeeded)
    }
  }

  async function forward(operation: string, input: Input, received: Buffer | string): Promise<EngineAnswer> {
    const restoring = backups.operation(operation)
    if (restoring) return { status: 200, body: Buffer.from(JSON.stringify(await restoring(input))) }
    if (!supported.has(operation)) throw notSupported(operation)
    const request = guard(operation, input, store.tableKeys)
    const body = request.input === input ? received : JSON.stringify(request.input)
    if (operation === 'TransactWriteItems') return transaction(input, request, body)
    if (operation in access) return locked(operation, request, body)
    const answer = await send(operation, body)
    if (answer.status >= 400) return answer
    if (changesTables.has(operation)) store.forgetTable(String(input.TableName))
    if (operation === 'DeleteTable') backups.forget(String(input.TableName))
    if (operation === 'DescribeTable') return withRestore(answer, backups.restoreOf(String(input.TableName)))
    if (statements.includes(operation)) notifyAll(input, wakeups)
    return withArns.includes(operation) ? { ...answer, body: Buffer.from(withRegion(answer.body.toString())) } : answer
  }

  async function metered(operation: string, input: Input, body: Buffer | string): Promise<EngineAnswer> {
    if (!meter?.isOn() || !isMetered(operation)) return forward(operation, input, body)
    const items = touchedItems(operation, input, store.keyNames)
    const carryOut = (asking: Input) => forward(operation, asking, JSON.stringify(asking))
    const { answer, consumption } = await measure({ operation, input, items }, engine, carryOut)
    meter.keep(input, consumption)
    return answer
  }

  return {
    answer: async (operation, input, body) => toAnswer(await metered(operation, input, body)),
    handle: async (operation, input) => decode(await forward(operation, input, JSON.stringify(input))),
  }
}

/** A restored table says what it was restored from, and is not active before it has all its items. */
function withRestore(answer: EngineAnswer, restore: ReturnType<Backups['restoreOf']>): EngineAnswer {
  const text = withRegion(answer.body.toString())
  if (!restore) return { ...answer, body: Buffer.from(text) }
  const { Table } = JSON.parse(text) as { Table: Input }
  const RestoreSummary = { ...restore.summary, RestoreInProgress: !restore.done }
  const status = restore.done ? {} : { TableStatus: 'CREATING' }
  return { ...answer, body: Buffer.from(JSON.stringify({ Table: { ...Table, ...status, RestoreSummary } })) }
}

/** The engine counts validation errors that DynamoDB does not count: only those of a member's own bounds are. */
function withPlainMessage(answer: EngineAnswer): EngineAnswer {
  if (answer.status !== 400) return answer
  const text = answer.body.toString()
  const plain = text.replace(/1 validation error detected: (?=One or more parameter values|Input collection)/, '')
  return text === plain ? answer : { ...answer, body: Buffer.from(plain) }
}

/** An item that the engine will refuse stands for itself. */
function idOf(item: TouchedItem | undefined, position: number): string {
  return item?.id ?? `unknown ${position}`
}

function toAnswer({ status, body }: EngineAnswer): Answer {
  return { status, headers: { 'content-type': 'application/x-amz-json-1.0' }, body }
}

function conflict(operation: string, itemCount: number, conflicts: ReadonlySet<number>): AwsError {
  if (!operation.startsWith('Transact')) {
    return new AwsError('TransactionConflictException', 'Transaction is ongoing for the item')
  }
  const reasons = Array.from({ length: itemCount }, (_, position) =>
    conflicts.has(position)
      ? { Code: 'TransactionConflict', Message: 'Transaction is ongoing for the item' }
      : { Code: 'None' },
  )
  const codes = reasons.map((reason) => reason.Code).join(', ')
  const message = `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`
  return new AwsError('TransactionCanceledException', message, 400, { Message: message, CancellationReasons: reasons })
}

/** A batch writes what it can and gives the rest back, in order of its positions. */
async function withoutConflicting(
  input: Input,
  conflicts: ReadonlySet<number>,
  write: (operation: string, request: Guarded, body: string) => Promise<EngineAnswer>,
): Promise<EngineAnswer> {
  let position = 0
  const now: Record<string, unknown[]> = {}
  const later: Record<string, unknown[]> = {}
  for (const [tableName, requests] of Object.entries(record(input.RequestItems))) {
    for (const request of list(requests)) {
      const part = conflicts.has(position++) ? later : now
      part[tableName] = [...(part[tableName] ?? []), request]
    }
  }
  if (Object.keys(now).length === 0)
    return { status: 200, body: Buffer.from(JSON.stringify({ UnprocessedItems: later })) }
  const remaining = { ...input, RequestItems: now }
  const answer = await write('BatchWriteItem', { input: remaining, listUpdates: [] }, JSON.stringify(remaining))
  if (answer.status >= 400) return answer
  const value = decode(answer)
  const unprocessed = record(value.UnprocessedItems) as Record<string, unknown[]>
  for (const [tableName, requests] of Object.entries(unprocessed)) {
    later[tableName] = [...(later[tableName] ?? []), ...requests]
  }
  return { status: 200, body: Buffer.from(JSON.stringify({ ...value, UnprocessedItems: later })) }
}

/** PartiQL is not taken apart here: whoever sleeps on a table that a statement names may look once too often. */
function notifyAll(input: Input, wakeups: Wakeups): void {
  const texts = [input, ...list(input.Statements), ...list(input.TransactStatements)].map((one) =>
    String(one.Statement ?? ''),
  )
  for (const text of texts) {
    const [, tableName] = /^\s*(?:insert\s+into|update|delete\s+from)\s+"?([\w.-]+)"?/i.exec(text) ?? []
    if (tableName !== undefined) wakeups.notify(`dynamodb:${tableName}`)
  }
}

function notSupported(operation: string): AwsError {
  return new AwsError(
    'NotImplemented',
    `The embedded stack's DynamoDB does not support ${operation}: exports, imports and global tables need AWS.`,
    501,
  )
}
