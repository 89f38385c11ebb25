import { AwsError } from '../aws-error.ts'
import { orderRemovals, writesIntoList } from './expressions/list-updates.ts'
import type { ExpressionMember } from './expressions/parse.ts'
import { type CheckedExpressions, checkExpressions } from './expressions/request.ts'
import { guardQuery } from './query-guard.ts'
import type { TableKeys } from './table-keys.ts'
import { list, record } from './touched-items.ts'

type Input = Record<string, unknown>

/** A request that the engine may see. */
export interface Guarded {
  /** The request itself, or a copy in which what the engine gets wrong is asked for in another way. */
  input: Input
  /** Updates that write into a list at an index: where that is depends on the item. */
  listUpdates: ListUpdate[]
}

export interface ListUpdate {
  /** Which of the request's items it changes. */
  position: number
  expressions: CheckedExpressions
}

const conditional: ExpressionMember[] = ['ConditionExpression']
const update: ExpressionMember[] = ['UpdateExpression', 'ConditionExpression']
const projected: ExpressionMember[] = ['ProjectionExpression']

const members: Record<string, ExpressionMember[]> = {
  GetItem: projected,
  PutItem: conditional,
  DeleteItem: conditional,
  UpdateItem: update,
  Query: ['FilterExpression', 'ProjectionExpression', 'KeyConditionExpression'],
  Scan: ['FilterExpression', 'ProjectionExpression'],
}

/** The actions of a transaction's item, with the expressions that each may have. */
const actions: Record<string, ExpressionMember[]> = {
  ConditionCheck: conditional,
  Put: conditional,
  Update: update,
  Delete: conditional,
}

/**
 * Refuses what DynamoDB refuses and the engine would die of or take wrongly, in DynamoDB's words, and corrects what the engine would
 * answer wrongly. What is left is the engine's to refuse.
 */
export function guard(operation: string, input: Input, keysOf: (tableName: string) => TableKeys | undefined): Guarded {
  const guarded: Guarded = { input, listUpdates: [] }
  switch (operation) {
    case 'TransactWriteItems':
      guardTransaction(guarded)
      break
    case 'TransactGetItems':
      for (const { Get } of list(input.TransactItems)) checkExpressions(record(Get), projected)
      break
    case 'BatchGetItem':
      for (const request of Object.values(record(input.RequestItems))) checkExpressions(record(request), projected)
      break
    case 'BatchWriteItem':
      for (const requests of Object.values(record(input.RequestItems))) list(requests).forEach(checkBatchEntry)
      break
    default:
      guardSingle(operation, guarded, keysOf)
  }
  return guarded
}

function guardSingle(operation: string, guarded: Guarded, keysOf: (tableName: string) => TableKeys | undefined): void {
  const allowed = members[operation]
  if (!allowed) return
  const { input } = guarded
  const expressions = checkExpressions(input, allowed)
  if (operation === 'Query') guarded.input = guardQuery(input, expressions, keysOf(String(input.TableName)))
  if (operation !== 'UpdateItem') return
  guarded.input = correctUpdate(input, expressions)
  if (needsItem(expressions)) guarded.listUpdates.push({ position: 0, expressions })
}

function guardTransaction(guarded: Guarded): void {
  const entries = list(guarded.input.TransactItems)
  const corrected = entries.map((entry, position) => {
    const present = Object.keys(actions).filter((action) => entry[action] !== undefined && entry[action] !== null)
    const [action = ''] = present
    if (present.length > 1) {
      throw new AwsError('ValidationException', 'TransactItems can only contain one of Check, Put, Update or Delete')
    }
    if (present.length === 0) {
      throw new AwsError(
        'ValidationException',
        'Invalid Request: TransactWriteRequest should contain Delete or Put or Update request',
      )
    }
    const target = record(entry[action])
    const expressions = checkExpressions(target, actions[action] ?? [])
    if (action !== 'Update') return entry
    if (needsItem(expressions)) guarded.listUpdates.push({ position, expressions })
    const update = correctUpdate(target, expressions)
    return update === target ? entry : { ...entry, Update: update }
  })
  if (corrected.some((entry, position) => entry !== entries[position])) {
    guarded.input = { ...guarded.input, TransactItems: corrected }
  }
}

function checkBatchEntry(entry: Input): void {
  if (entry.PutRequest && entry.DeleteRequest) {
    throw new AwsError(
      'ValidationException',
      'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
    )
  }
}

function correctUpdate(target: Input, { of: { UpdateExpression: parsed }, given }: CheckedExpressions): Input {
  if (!parsed) return target
  const text = orderRemovals(parsed, given)
  return text === parsed.text ? target : { ...target, UpdateExpression: text }
}

function needsItem({ of: { UpdateExpression: parsed } }: CheckedExpressions): boolean {
  return parsed !== undefined && writesIntoList(parsed)
}
