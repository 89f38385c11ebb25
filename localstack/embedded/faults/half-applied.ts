import { Readable } from 'node:stream'
import { canonicalJson } from '../dynamodb/canonical-json.ts'
import { record } from '../dynamodb/touched-items.ts'
import type { Answer } from '../edge/answer.ts'
import { resourcesOf } from './texts.ts'

/** Reads of several items that are no snapshot. Source: DynamoDB developer guide, "Isolation levels for transactions". */
export const severalItemReads: ReadonlySet<string> = new Set(['Query', 'Scan', 'BatchGetItem'])

type KeyOf = (tableName: string, item: unknown) => string | undefined
type Items = unknown[]

/** Names of a table's key attributes. */
export type KeyNames = (tableName: string) => { partition: string; sort?: string } | undefined

/** Reports a committed transaction to everything that waits for one of its tables. */
export interface Commits {
  committed(tables: readonly string[]): void
  /** Resolves at the next commit to one of the tables; `stop` ends it. */
  next(tables: readonly string[]): { happened: Promise<void>; stop(): void }
}

export function createCommits(): Commits {
  const waiting = new Set<{ tables: readonly string[]; go: () => void }>()
  return {
    committed(tables) {
      for (const one of waiting) if (tables.some((table) => one.tables.includes(table))) one.go()
    },
    next(tables) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const one = { tables, go: resolve }
      waiting.add(one)
      return { happened: promise, stop: () => void waiting.delete(one) }
    },
  }
}

/**
 * Reads twice, before and after a transaction is committed, and answers each item that differs as it was in the one or the other. That is
 * what a Query, Scan or BatchGetItem may answer that runs beside a transaction: it reads item by item, each of them as it is at some moment
 * of the call. A single item that differs may be as before too: other reads of the caller may see the rest of the transaction. `isMixed` is
 * false when nothing was committed in time, or nothing is answered as before.
 */
export async function readHalfApplied(
  read: () => Promise<Answer>,
  tools: {
    input: Record<string, unknown>
    commits: Commits
    /** Resolves when it is not worth waiting any longer. */
    until: Promise<void>
    isBefore: () => boolean
    keyNames: KeyNames
  },
): Promise<{ answer: Answer; isMixed: boolean }> {
  const { input, commits, until, isBefore, keyNames } = tools
  const waiting = commits.next(resourcesOf(input))
  try {
    const before = await read()
    const isCommitted = await Promise.race([waiting.happened.then(() => true), until.then(() => false)])
    if (!isCommitted) return { answer: before, isMixed: false }
    const after = await read()
    const body = mixAnswers(jsonOf(before), jsonOf(after), { input, isBefore, keyNames })
    if (body === undefined) return { answer: after, isMixed: false }
    return { answer: { ...after, body: JSON.stringify(body) }, isMixed: true }
  } finally {
    waiting.stop()
  }
}

function jsonOf({ status, body }: Answer): Record<string, unknown> | undefined {
  return status < 400 && !(body instanceof Readable) ? record(JSON.parse(String(body))) : undefined
}

function mixAnswers(
  before: Record<string, unknown> | undefined,
  after: Record<string, unknown> | undefined,
  { input, isBefore, keyNames }: { input: Record<string, unknown>; isBefore: () => boolean; keyNames: KeyNames },
): Record<string, unknown> | undefined {
  if (!before || !after) return undefined
  const keyOf: KeyOf = (tableName, item) => {
    const names = keyNames(tableName)
    const values =
      names && [names.partition, ...(names.sort === undefined ? [] : [names.sort])].map((name) => record(item)[name])
    return values?.every((value) => value !== undefined) ? canonicalJson(values) : undefined
  }
  const mix = (tableName: string, old: unknown, young: unknown) =>
    Array.isArray(old) && Array.isArray(young)
      ? mixItems(old, young, (item) => keyOf(tableName, item), isBefore)
      : undefined
  // Pages that end elsewhere do not hold the same items.
  const isSame = (member: string) => canonicalJson(before[member] ?? null) === canonicalJson(after[member] ?? null)
  if (after.Responses !== undefined) {
    if (!isSame('UnprocessedKeys')) return undefined
    const [old, young] = [record(before.Responses), record(after.Responses)]
    const mixed = Object.keys(young).flatMap((table) => {
      const items = mix(table, old[table], young[table])
      return items ? [[table, items] as const] : []
    })
    return mixed.length === 0 ? undefined : { ...after, Responses: { ...young, ...Object.fromEntries(mixed) } }
  }
  if (!isSame('LastEvaluatedKey')) return undefined
  const Items = mix(String(input.TableName), before.Items, after.Items)
  return Items && { ...after, Items, Count: Items.length }
}

/** A mixture of two lists in the same order; undefined if nothing of it is as before, or its order can't be told. */
export function mixItems(
  before: Items,
  after: Items,
  keyOf: (item: unknown) => string | undefined,
  isBefore: () => boolean,
): Items | undefined {
  const [oldKeys, youngKeys] = [before.map(keyOf), after.map(keyOf)]
  if ([...oldKeys, ...youngKeys].includes(undefined)) return undefined
  const sharedOld = oldKeys.filter((key) => youngKeys.includes(key))
  const shared = youngKeys.filter((key) => oldKeys.includes(key))
  if (shared.some((key, index) => key !== sharedOld[index])) return undefined
  const mixed: Items = []
  let [olds, youngs] = [0, 0]
  let isStale = false
  const choose = (old: Items, young: Items) => {
    const asBefore = isBefore()
    isStale ||= asBefore
    mixed.push(...(asBefore ? old : young))
  }
  for (const key of [...shared, undefined]) {
    const [oldEnd, youngEnd] = [indexIn(oldKeys, key, olds), indexIn(youngKeys, key, youngs)]
    const [gone, come] = [before.slice(olds, oldEnd), after.slice(youngs, youngEnd)]
    // Which of both comes first only their sort keys would tell.
    if (gone.length > 0 && come.length > 0) return undefined
    for (const item of gone) choose([item], [])
    for (const item of come) choose([], [item])
    if (key !== undefined) {
      const [old, young] = [before[oldEnd], after[youngEnd]]
      if (canonicalJson(old) === canonicalJson(young)) mixed.push(young)
      else choose([old], [young])
    }
    olds = oldEnd + 1
    youngs = youngEnd + 1
  }
  return isStale ? mixed : undefined
}

function indexIn(keys: readonly (string | undefined)[], key: string | undefined, from: number): number {
  return key === undefined ? keys.length : keys.indexOf(key, from)
}
