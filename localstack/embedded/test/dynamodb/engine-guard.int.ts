import { join } from 'node:path'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { AwsError } from '../../aws-error.ts'
import { openBackupStore } from '../../dynamodb/backup-store.ts'
import { createBackups } from '../../dynamodb/backups.ts'
import { startEngine } from '../../dynamodb/engine.ts'
import { findEngineBinary } from '../../dynamodb/engine-binary.ts'
import { createEngineClient } from '../../dynamodb/engine-client.ts'
import { openEngineStore } from '../../dynamodb/engine-store.ts'
import { type ExpressionMember, parseExpression } from '../../dynamodb/expressions/parse.ts'
import { openRequestTokens } from '../../dynamodb/request-tokens.ts'
import { dynamoDbService } from '../../dynamodb/service.ts'
import { ensureTable } from '../../dynamodb/tables.ts'
import { createWakeups } from '../../wakeups.ts'
import { seed } from '../seed.ts'
import { developer, itemKey, ownFolder, tickets } from './own-dynamodb.ts'

const word = fc.constantFrom(
  ...[
    'pk',
    'sk',
    'a',
    'l',
    '#n',
    '#é',
    ':v',
    ':w',
    ':’',
    '#',
    ':',
    'status',
    'size',
    'begins_with',
    'attribute_exists',
  ],
  ...['if_not_exists', 'list_append', 'SET', 'REMOVE', 'ADD', 'DELETE', 'AND', 'OR', 'NOT', 'BETWEEN', 'IN', 'and'],
  ...[
    '(',
    ')',
    '[',
    ']',
    '.',
    ',',
    '=',
    '<>',
    '<',
    '+',
    '-',
    '0',
    '1',
    '7',
    '2000000000',
    '99999999999',
    ' ',
    '\0',
    '�',
    '🙂',
  ],
)
const garbage = fc.array(word, { maxLength: 14 }).map((words) => words.join(' '))
const validTexts: Record<ExpressionMember, string[]> = {
  ConditionExpression: ['attribute_exists(a) OR (l[0] = :v AND NOT size(a) > :w)', 'a.#n IN (:v, :w)', 'l[1] < :v'],
  FilterExpression: ['begins_with(a, :v) AND contains(#n, :w)', 'a BETWEEN :v AND :w'],
  KeyConditionExpression: ['pk = :v', 'pk = :v AND begins_with(sk, :w)', 'pk = :v AND sk BETWEEN :v AND :w'],
  ProjectionExpression: ['a, l[1].#n, pk', 'l[2000000000]'],
  UpdateExpression: [
    'SET a = if_not_exists(a, :v), l[2] = :v REMOVE #n, l[0], l[1]',
    'SET l = list_append(l, :v) ADD a :w',
    'SET l[2000000000] = :v, #n = a - :w',
    'DELETE #n :v',
  ],
}
const valid = fc.constantFrom(...Object.values(validTexts).flat())
const nearlyValid = fc
  .tuple(valid, fc.nat(80), fc.nat(6), fc.oneof(word, fc.string({ unit: 'binary', maxLength: 3 })))
  .map(([text, at, length, put]) => text.slice(0, at) + put + text.slice(at + length))
/** A number takes a valid text of the member that it is for. */
const expression = fc.oneof(
  { weight: 3, arbitrary: fc.nat(9) },
  { weight: 1, arbitrary: fc.oneof(valid, garbage, nearlyValid, fc.string({ unit: 'binary', maxLength: 30 })) },
)
const value = fc.constantFrom(
  { S: 'x' },
  { S: '' },
  { N: '1' },
  { L: [] },
  { SS: ['x'] },
  { B: '' },
  { NULL: true },
  {},
)
/** The expressions that an operation has. */
const members = {
  PutItem: ['ConditionExpression'],
  UpdateItem: ['UpdateExpression', 'ConditionExpression'],
  DeleteItem: ['ConditionExpression'],
  Query: ['KeyConditionExpression', 'FilterExpression', 'ProjectionExpression'],
  Scan: ['FilterExpression', 'ProjectionExpression'],
  GetItem: ['ProjectionExpression'],
  TransactWriteItems: ['UpdateExpression', 'ConditionExpression'],
} satisfies Record<string, ExpressionMember[]>
type Operation = keyof typeof members

const request = fc.record({
  operation: fc.constantFrom(...(Object.keys(members) as Operation[])),
  texts: fc.array(expression, { minLength: 3, maxLength: 3 }),
  left: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
  values: fc.array(value, { minLength: 1, maxLength: 3 }),
  noise: fc.option(fc.constantFrom('#é', '#', ':’', ':', 'n', '__proto__'), { nil: undefined, freq: 1 }),
})

/** The request with a definition for each placeholder that its texts seem to have, and sometimes for one that they have not. */
function inputOf({ operation, texts, left, values, noise }: Example) {
  const expressions = Object.fromEntries(
    members[operation].flatMap((member, index) => {
      const text = texts[index] ?? ''
      const own = validTexts[member]
      return left[index] ? [] : [[member, typeof text === 'number' ? own[text % own.length] : text]]
    }),
  )
  const used = Object.values(expressions).join(' ')
  const names = [...used.matchAll(/#\w+/g), ...(noise ? [[noise]] : [])].map(([name = '']) => [name, 'n'])
  const given = [...used.matchAll(/:\w+/g), ...(noise ? [[noise]] : [])].map(([name = ''], index) => [
    name,
    values[index % values.length],
  ])
  const part = {
    TableName: 'Tickets',
    ...(operation === 'PutItem' ? { Item: itemKey('a') } : { Key: itemKey('a') }),
    ...expressions,
    ...(names.length > 0 && { ExpressionAttributeNames: Object.fromEntries(names) }),
    ...(given.length > 0 && { ExpressionAttributeValues: Object.fromEntries(given) }),
  }
  return operation === 'TransactWriteItems' ? { TransactItems: [{ Update: part }] } : part
}

type Example = typeof request extends fc.Arbitrary<infer T> ? T : never

it('the DynamoDB engine sees no expression outside of the grammar and survives every request', async () => {
  const folder = ownFolder()
  const died: string[] = []
  const engine = await startEngine({
    binary: findEngineBinary(),
    databasePath: join(folder, 'data.db'),
    pidPath: join(folder, 'engine.pid'),
    log: { info: () => {}, warn: (message) => void died.push(message) },
  })
  const client = createEngineClient(engine.address)
  const store = openEngineStore(join(folder, 'data.db'))
  const tokens = openRequestTokens(join(folder, 'tokens.db'), Date.now)
  await ensureTable(client, tickets)
  const backupStore = openBackupStore(':memory:')
  const databasePath = join(folder, 'data.db')
  const backups = createBackups({ engine: client, store, backups: backupStore, databasePath, now: Date.now })
  let passed = 0
  const watched = {
    ...client,
    send(target: string, body: Buffer | string) {
      const sent = JSON.parse(String(body)) as Record<string, unknown>
      const [entry] = (sent.TransactItems as { Update: Record<string, unknown> }[] | undefined) ?? []
      const part = entry?.Update ?? sent
      for (const member of new Set(Object.values(members).flat())) {
        if (typeof part[member] === 'string') parseExpression(member, part[member])
      }
      passed++
      return client.send(target, body)
    },
  }
  const service = dynamoDbService({
    engine: watched,
    store,
    tokens,
    backups,
    wakeups: createWakeups(),
    rowFeed: { around: (_items, call) => call() },
  })

  await fc.assert(
    fc.asyncProperty(request, async (example) => {
      const outcome = await service
        .handle(example.operation, inputOf(example), developer)
        .catch((error: unknown) => error)
      if (outcome instanceof Error) {
        expect(outcome).toBeInstanceOf(AwsError)
        expect((outcome as AwsError).status, (outcome as AwsError).message).not.toBe(500)
      }
    }),
    { seed, numRuns: 1_000 },
  )

  expect(died).toEqual([])
  expect(passed).toBeGreaterThan(100)
  backupStore.close()
  tokens.close()
  store.close()
  client.close()
  await engine.stop()
})
