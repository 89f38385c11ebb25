import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { expect } from 'vitest'
import type { Condition } from '../../../tables/condition.ts'
import type { Key, Query, Store, Write } from '../../../tables/store.ts'

/** The twin, and the transactions that were sent, which may be sent again. */
interface Model {
  twin: Store
  sent: { writes: Write[]; token: string }[]
}

type Command = fc.AsyncCommand<Model, Store>

const table = 'Tickets'

function command(
  label: string,
  ask: (store: Store, model: Model) => Promise<unknown>,
  before: (model: Model) => void = () => {},
): Command {
  return {
    check: () => true,
    async run(model, engine) {
      before(model)
      const answers = [await ask(engine, model), await ask(model.twin, model)]
      expect(answers[0], label).toEqual(answers[1])
      const stored = [await rowsOf(engine), await rowsOf(model.twin)]
      expect(stored[0], `after ${label}`).toEqual(stored[1])
    },
    toString: () => label,
  }
}

export async function rowsOf(store: Store) {
  const pages = await Promise.all(partitions.map((partition) => store.query({ table, partition })))
  return pages.flatMap(({ rows }) => rows)
}

/** No other test uses them. */
const partitions = ['TENANT#any-calls#a', 'TENANT#any-calls#b']
const tenantPk = 'TENANT#any-calls'
/** Two of them sort differently by UTF-16 units than by the UTF-8 bytes that DynamoDB sorts by. */
const sorts = ['1', '10', '2', 'ﬀ', '😀']
const statuses = ['closed', 'open', 'ﬀ', '😀']

const status = fc.constantFrom(...statuses)
const version = fc.integer({ min: 0, max: 3 })
const onAttribute: fc.Arbitrary<Condition> = fc.oneof(
  fc.constantFrom<Condition>({ attribute: 'status', is: 'absent' }, { attribute: 'version', is: 'present' }),
  status.map((equals) => ({ attribute: 'status', equals })),
  version.map((equals) => ({ attribute: 'version', equals })),
  version.map((below) => ({ attribute: 'version', below })),
  fc.oneof(version, status).map((atMost) => ({ attribute: 'version', atMost })),
  status.map((atMost) => ({ attribute: 'status', atMost })),
)
const simple = fc.oneof(
  { weight: 3, arbitrary: onAttribute },
  fc.constantFrom<Condition>({ row: 'absent' }, { row: 'present' }),
)
const condition: fc.Arbitrary<Condition> = fc.oneof(
  simple,
  fc.array(simple, { minLength: 1, maxLength: 2 }).map((any) => ({ any })),
  fc.array(simple, { minLength: 1, maxLength: 2 }).map((all) => ({ all })),
)

const key: fc.Arbitrary<Key> = fc.record({ pk: fc.constantFrom(...partitions), sk: fc.constantFrom(...sorts) })
const when = fc.record({ when: condition }, { requiredKeys: [] })

/** Attributes with which a row is in the index, as tickets are, or without which it is not. */
const attributes = fc.oneof(
  fc.record({ status, version }, { requiredKeys: [] }),
  fc.record({ status, version, tenantPk: fc.constant(tenantPk), openedSk: fc.constantFrom(...sorts) }),
)
const change = fc.constantFrom<Pick<Extract<Write, { kind: 'update' }>, 'set' | 'add' | 'remove'>>(
  { add: { version: 1 } },
  { remove: ['version'] },
  { set: { version: 2 } },
  { set: { status: 'open' } },
)

export const write: fc.Arbitrary<Write> = fc.oneof(
  fc
    .tuple(key, attributes, when)
    .map(([key, more, when]): Write => ({ kind: 'put', table, row: { ...key, ...more }, ...when })),
  fc.tuple(key, change, when).map(([key, change, when]): Write => ({ kind: 'update', table, key, ...change, ...when })),
  fc.tuple(key, when).map(([key, when]): Write => ({ kind: 'delete', table, key, ...when })),
)
const check = fc.tuple(key, condition).map(([key, when]): Write => ({ kind: 'check', table, key, when }))

const addressOf = (write: Write) =>
  JSON.stringify(write.kind === 'put' ? [write.row.pk, write.row.sk] : [write.key.pk, write.key.sk])
const told = (value: unknown) => JSON.stringify(value).replaceAll('TENANT#any-calls', '')

/** One write of each row at most, as DynamoDB demands. */
export const transaction = fc.uniqueArray(fc.oneof({ weight: 4, arbitrary: write }, check), {
  minLength: 1,
  maxLength: 4,
  selector: addressOf,
})
const sort: fc.Arbitrary<Query['sort']> = fc.oneof(
  fc.constant(undefined),
  fc.constant({ prefix: '1' }),
  fc.constantFrom(...sorts).map((after) => ({ after })),
)

const commands: fc.Arbitrary<Command>[] = [
  write.map((write) => command(`write(${told(write)})`, (store) => store.write(write))),
  transaction.map((writes) =>
    command(
      `transact(${told(writes)})`,
      (store, { sent }) => store.transactWrite(writes, sent.at(-1)?.token ?? ''),
      ({ sent }) => sent.push({ writes, token: randomUUID() }),
    ),
  ),
  fc.nat(5).map((index) =>
    command(`sendAgain(${index} from the last)`, async (store, { sent }) => {
      const again = sent.at(-1 - (index % Math.max(1, sent.length)))
      return again && store.transactWrite(again.writes, again.token)
    }),
  ),
  fc.uniqueArray(key, { minLength: 1, maxLength: 4, selector: (key) => JSON.stringify(key) }).chain((keys) => {
    const reads = keys.map((key) => ({ table, key }) as const)
    return fc.constantFrom(
      command(`read(${told(keys)})`, (store) => store.transactRead(reads)),
      command(`readEach(${told(keys)})`, (store) => store.batchRead(reads)),
    )
  }),
  fc
    .tuple(sort, fc.option(onAttribute, { nil: undefined }), fc.boolean(), fc.nat(3), fc.boolean())
    .map(([sort, filter, descending, limit, isIndexed]) => {
      const query: Query = {
        table,
        partition: isIndexed ? tenantPk : String(partitions[0]),
        descending,
        ...(isIndexed && { index: 'byTenant' }),
        ...(sort && { sort }),
        ...(filter && { filter }),
        ...(!isIndexed && limit > 0 && { limit }),
      }
      return command(`query(${told(query)})`, async (store) => {
        const { rows, next } = await store.query(query)
        // Rows of one sort key of an index come in no particular order.
        return isIndexed ? rows.map((row) => JSON.stringify(Object.entries(row).toSorted())).toSorted() : { rows, next }
      })
    }),
]

/**
 * Sends random calls to the twin and to the engine, and expects the same of both after each. A failure is
 * shrunk to the calls that it needs.
 */
export async function compareStores(
  open: { twin(): Store; engine(): Store },
  { seed, runs, length }: { seed: number; runs: number; length: number },
): Promise<void> {
  const property = fc.asyncProperty(fc.commands(commands, { maxCommands: length, size: 'max' }), async (drawn) => {
    const engine = open.engine()
    for (const { pk, sk } of await rowsOf(engine))
      await engine.write({ kind: 'delete', table, key: { pk: String(pk), sk: String(sk) } })
    await fc.asyncModelRun(() => ({ model: { twin: open.twin(), sent: [] }, real: engine }), drawn)
  })
  await fc.assert(property, { seed, numRuns: runs })
}
