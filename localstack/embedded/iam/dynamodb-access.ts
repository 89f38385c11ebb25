import { type AwsCall, accountId } from '../ports.ts'
import type { AccessRequest } from './authorize.ts'
import type { ConditionContext } from './conditions.ts'

type Input = Record<string, unknown>

/** What must be known of the stored tables to authorize a call. */
export interface TableLookups {
  keyNames(tableName: string): { partition: string } | undefined
}

const tableArn = (name: unknown) => `arn:aws:dynamodb:us-east-1:${accountId}:table/${String(name)}`

const transactionActions: Record<string, string> = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
  Get: 'GetItem',
}

const statementActions: Record<string, string> = {
  select: 'PartiQLSelect',
  insert: 'PartiQLInsert',
  update: 'PartiQLUpdate',
  delete: 'PartiQLDelete',
  exists: 'PartiQLSelect',
}

/**
 * The permissions of a DynamoDB call: transactions and PartiQL need those of the single operations on each table, not one of
 * their own. Source: AWS, "IAM and DynamoDB transactions", "IAM security policies with PartiQL".
 */
export function dynamoDbAccess({ operation, input }: AwsCall, lookups: TableLookups): AccessRequest[] {
  const request = (name: string, target: Input, context: ConditionContext = {}): AccessRequest => ({
    action: `dynamodb:${name}`,
    resources: [
      tableArn(target.TableName) + (target.IndexName === undefined ? '' : `/index/${String(target.IndexName)}`),
    ],
    context: { ...itemContext(target, lookups), ...context },
  })
  switch (operation) {
    case 'TransactWriteItems':
    case 'TransactGetItems':
      return list(input.TransactItems).flatMap((entry) =>
        Object.entries(transactionActions).flatMap(([kind, action]) =>
          entry[kind] === undefined
            ? []
            : [request(action, record(entry[kind]), { 'dynamodb:enclosingoperation': operation })],
        ),
      )
    case 'BatchGetItem':
    case 'BatchWriteItem':
      return Object.entries(record(input.RequestItems)).map(([TableName, requests]) => {
        const targets = Array.isArray(requests)
          ? list(requests).map((entry) => record(entry.PutRequest ?? entry.DeleteRequest))
          : list(record(requests).Keys).map((Key) => ({ Key }))
        const contexts = targets.map((target) => itemContext({ TableName, ...target }, lookups))
        return request(operation, { TableName, ...(Array.isArray(requests) ? {} : record(requests)) }, merge(contexts))
      })
    case 'ExecuteStatement':
      return [statementAccess(String(input.Statement))]
    case 'BatchExecuteStatement':
    case 'ExecuteTransaction':
      return list(input.Statements ?? input.TransactStatements).map((one) => statementAccess(String(one.Statement)))
    case 'ListTables':
    case 'ListStreams':
      return [{ action: `dynamodb:${operation}`, resources: ['*'], context: {} }]
    case 'DescribeStream':
    case 'GetShardIterator':
      return [{ action: `dynamodb:${operation}`, resources: [String(input.StreamArn)], context: {} }]
    case 'GetRecords':
      return [
        { action: 'dynamodb:GetRecords', resources: [streamOfIterator(String(input.ShardIterator))], context: {} },
      ]
    case 'ListBackups':
      return [{ action: 'dynamodb:ListBackups', resources: ['*'], context: {} }]
    case 'DescribeBackup':
    case 'DeleteBackup':
      return [{ action: `dynamodb:${operation}`, resources: [String(input.BackupArn)], context: {} }]
    case 'RestoreTableFromBackup':
    case 'RestoreTableToPointInTime': {
      const source = input.BackupArn ?? input.SourceTableArn ?? tableArn(input.SourceTableName)
      return [String(source), tableArn(input.TargetTableName)].map((resource) => ({
        action: `dynamodb:${operation}`,
        resources: [resource],
        context: {},
      }))
    }
    case 'TagResource':
    case 'UntagResource':
    case 'ListTagsOfResource':
      return [{ action: `dynamodb:${operation}`, resources: [String(input.ResourceArn)], context: {} }]
    default:
      return [request(operation, input)]
  }
}

/** An iterator begins with the ARN of its stream. */
function streamOfIterator(iterator: string): string {
  return iterator.split('|')[0] ?? ''
}

function statementAccess(statement: string): AccessRequest {
  const pattern =
    /^\s*(select|insert|update|delete|exists)\b(?:[\s\S]*?\b(?:from|into)\s+|\s+)"?([\w.-]+)"?(?:\."?([\w.-]+)"?)?/i
  const [, verb = '', table, index] = pattern.exec(statement) ?? []
  const action = statementActions[verb.toLowerCase()]
  // What can't be read is not guessed at: nothing is allowed on a table without a name.
  const resource = action === undefined ? 'unreadable statement' : tableArn(table) + (index ? `/index/${index}` : '')
  return { action: `dynamodb:${action ?? 'PartiQLSelect'}`, resources: [resource], context: {} }
}

/** `dynamodb:LeadingKeys` and its like, as far as this request tells them. */
function itemContext(target: Input, { keyNames }: TableLookups): ConditionContext {
  const partition = keyNames(String(target.TableName))?.partition
  const item = record(target.Key ?? target.Item)
  const named = partition === undefined ? undefined : (item[partition] ?? queriedKey(target, partition))
  const [value] = Object.values(record(named))
  return {
    'dynamodb:leadingkeys': value === undefined ? undefined : [String(value)],
    'dynamodb:attributes': attributes(target, item),
    'dynamodb:select': text(target.Select),
    'dynamodb:returnvalues': text(target.ReturnValues),
  }
}

/** The partition key's value in a key condition such as `#p = :p AND begins_with(sk, :s)`. */
function queriedKey(target: Input, partition: string): unknown {
  if (target.IndexName !== undefined || typeof target.KeyConditionExpression !== 'string') return undefined
  const names = record(target.ExpressionAttributeNames)
  for (const [, name = '', value = ''] of target.KeyConditionExpression.matchAll(/([#\w.-]+)\s*=\s*(:\w+)/g)) {
    if ((names[name] ?? name) === partition) return record(target.ExpressionAttributeValues)[value]
  }
  return undefined
}

const expressionWords = new Set([
  'set',
  'remove',
  'add',
  'delete',
  'and',
  'or',
  'not',
  'between',
  'in',
  'if_not_exists',
  'list_append',
])
const functions = new Set([
  'attribute_exists',
  'attribute_not_exists',
  'attribute_type',
  'begins_with',
  'contains',
  'size',
])

/** Top-level attributes that a request names. */
function attributes(target: Input, item: Input): string[] | undefined {
  const names = record(target.ExpressionAttributeNames)
  const found = new Set(Object.keys(item))
  for (const member of [
    'ProjectionExpression',
    'UpdateExpression',
    'ConditionExpression',
    'FilterExpression',
    'KeyConditionExpression',
  ]) {
    for (const [token] of String(target[member] ?? '').matchAll(/(?<![:\w.#\]])[#A-Za-z_][\w-]*/g)) {
      const word = token.toLowerCase()
      if (!expressionWords.has(word) && !functions.has(word)) found.add(String(names[token] ?? token))
    }
  }
  return found.size === 0 ? undefined : [...found]
}

function merge(contexts: ConditionContext[]): ConditionContext {
  const all = (name: string) => {
    const values = contexts.flatMap((context) => context[name] ?? [])
    return values.length === 0 ? undefined : [...new Set(values)]
  }
  return { 'dynamodb:leadingkeys': all('dynamodb:leadingkeys'), 'dynamodb:attributes': all('dynamodb:attributes') }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function record(value: unknown): Input {
  return typeof value === 'object' && value !== null ? (value as Input) : {}
}

function list(value: unknown): Input[] {
  return Array.isArray(value) ? value.map(record) : []
}
