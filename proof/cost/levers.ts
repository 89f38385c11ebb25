import type { AppSettings } from './app-settings.ts'
import { billOf, type Month } from './bill.ts'
import type { TablesSettings } from './capacity.ts'
import { priceOf } from './prices.ts'
import { type DatabaseCall, type Measured, type Usage, useCases } from './usage.ts'

/** A change that would make the month cheaper, and what it would cost besides money. */
export interface Lever {
  name: string
  /** What is given up, or has to be built. */
  needs: string
  savedUsd: number
}

interface Change {
  name: string
  needs: string
  measured?: (measured: Measured) => Measured
  settings?: (settings: AppSettings) => AppSettings
  /** What the change saves beside the bill that follows from the two above. */
  saves?: (bill: ReturnType<typeof billOf>) => number
}

const changes: readonly Change[] = [
  {
    name: 'an HTTP API instead of a REST API',
    needs: "gateway responses, access to API keys and the stage's throttling by method, which an HTTP API lacks",
    saves: ({ lines }) =>
      lines
        .filter(({ price }) => price === 'restRequest')
        .reduce((sum, { quantity, usd }) => sum + usd - quantity * priceOf.httpRequest.usd, 0),
  },
  {
    name: 'half the memory for every function',
    needs: 'more than the rule of ADR 32 leaves free of memory and CPU time',
    settings: (settings) => ({
      ...settings,
      memoryMb: Object.fromEntries(Object.entries(settings.memoryMb).map(([name, megabytes]) => [name, megabytes / 2])),
    }),
  },
  {
    name: 'send unassign-tickets only the events that it reacts to',
    needs: 'checkpoints that allow gaps between the events of one aggregate',
    measured: withoutUnassigning,
  },
  {
    name: 'do not start sagas again when an event is confirmed',
    needs: 'a checkpoint of start-saga, as ordered consumers have one',
    measured: (measured) =>
      withCalls(measured, (call) =>
        call.function === 'reconcile-consumers' && !isOfConfirmation(call) ? undefined : call,
      ),
  },
  {
    name: 'state machines log errors only',
    needs: "the history of Step Functions, which is kept for 90 days, as the sagas' only log",
    measured: (measured) => withUsages(measured, (usage) => ({ ...usage, historyBytes: 0 })),
  },
  {
    name: 'functions log warnings only',
    needs: 'a search for one request through its events instead of its log lines',
    measured: (measured) => ({ ...measured, logBytes: {} }),
  },
]

/** Every change of the list and every index that could hold keys only, the largest saving first. */
export function leversOf(month: Month, measured: Measured, settings: AppSettings): Lever[] {
  const bill = billOf(month, measured, settings)
  const all = [...changes, ...indexChanges(settings.tables)]
  return all
    .map(({ name, needs, saves, ...change }) => {
      const changed = billOf(month, change.measured?.(measured) ?? measured, change.settings?.(settings) ?? settings)
      return { name, needs, savedUsd: bill.usd - changed.usd + (saves?.(bill) ?? 0) }
    })
    .toSorted((a, b) => b.savedUsd - a.savedUsd)
}

function indexChanges(tables: TablesSettings): Change[] {
  return Object.entries(tables).flatMap(([table, { indexes }]) =>
    indexes
      .filter(({ projection }) => projection === 'ALL')
      .map(({ name }) => ({
        name: `only keys in the index ${table}.${name}`,
        needs: 'one more read per row of each list that uses it',
        settings: (settings: AppSettings) => ({ ...settings, tables: withKeysOnly(settings.tables, table, name) }),
      })),
  )
}

export function withKeysOnly(tables: TablesSettings, table: string, index: string): TablesSettings {
  const { keys = [], indexes = [] } = tables[table] ?? {}
  const narrowed = indexes.map((each) => (each.name === index ? { ...each, projection: 'KEYS_ONLY' as const } : each))
  return { ...tables, [table]: { keys, indexes: narrowed } }
}

function isOfConfirmation({ operation, rows }: DatabaseCall): boolean {
  return operation === 'DeleteItem' || rows.some(({ table }) => table === 'Receipts')
}

/** The measured usage without `unassign-tickets`, which reacts to none of the events in this bill. */
function withoutUnassigning(measured: Measured): Measured {
  const name = 'unassign-tickets'
  return withUsages(measured, (usage) => {
    const events = usage.invocations[name] ?? 0
    const sending = 'relay-outbox sqs SendMessageBatch'
    return {
      ...usage,
      invocations: { ...usage.invocations, [name]: 0 },
      batches: { ...usage.batches, [name]: 0 },
      calls: { ...usage.calls, [sending]: (usage.calls[sending] ?? 0) - events },
      database: usage.database.filter((call) => call.function !== name),
    }
  })
}

function withCalls(measured: Measured, change: (call: DatabaseCall) => DatabaseCall | undefined): Measured {
  return withUsages(measured, (usage) => ({
    ...usage,
    database: usage.database.map(change).filter((call) => call !== undefined),
  }))
}

function withUsages(measured: Measured, change: (usage: Usage) => Usage): Measured {
  const changed = useCases.map((useCase) => [useCase, change(measured.useCases[useCase])] as const)
  return { ...measured, useCases: Object.fromEntries(changed) as Measured['useCases'] }
}
