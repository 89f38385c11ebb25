import { describe, expect, it } from 'vitest'
import { functionNames } from '../../app/functions.ts'
import {
  everyEndpoint,
  holdCommand,
  migrateCommand,
  type RecordedWork,
  recordedWorkPath,
} from '../../proof/portfolio/recorded-work.ts'
import { functionsThatMay, writeActions } from '../../proof/schema/access.ts'
import { rowKinds } from '../../proof/schema/kinds.ts'
import type { TableName } from '../../tables/store.ts'
import { recordEveryWork } from './record-every-work.ts'

const recorded = await recordEveryWork()
const notFunctions = [everyEndpoint, migrateCommand, holdCommand]
const ofFunctions = recorded.filter(({ by }) => !notFunctions.includes(by))

const actions = { put: 'PutItem', update: 'UpdateItem', delete: 'DeleteItem', check: 'ConditionCheckItem' } as const

/** What a function was seen to do to a table. */
function actionsOf({ by, writes }: RecordedWork): string[] {
  const rows = writes.flatMap((write) => write.rows)
  return rows.map(({ kind, does }) => `${by} ${actions[does]} ${rowKinds.find(({ name }) => name === kind)?.table}`)
}

describe('the recorded work of the portfolio', () => {
  it('is what every function reads and writes', async () => {
    await expect(`${JSON.stringify(recorded, null, 2)}\n`).toMatchFileSnapshot(recordedWorkPath)
  })

  it('covers every function that reaches the database', () => {
    const withoutData = ['add-token-claims', 'get-openapi', 'serve-console', 'watch-events']
    const all = functionNames({ malwareScan: 'guardduty', identity: 'cognito' })
    expect(ofFunctions.map(({ by }) => by)).toEqual(all.filter((name) => !withoutData.includes(name)).toSorted())
  })

  it('covers every kind of row that functions write', () => {
    const ofCommands = ['archive reference']
    const written = new Set(
      recorded.flatMap(({ writes }) => writes.flatMap(({ rows }) => rows.map(({ kind }) => kind))),
    )
    expect(rowKinds.filter(({ name }) => !written.has(name)).map(({ name }) => name)).toEqual(ofCommands)
  })

  it('covers every write that a role allows, and none that it does not', () => {
    const seen = new Set(ofFunctions.flatMap(actionsOf).filter((one) => !one.includes('Check')))
    const tables = [...new Set(rowKinds.map(({ table }) => table))] as TableName[]
    const allowed = tables.flatMap((table) =>
      writeActions.flatMap((action) => functionsThatMay(action, table).map((name) => `${name} ${action} ${table}`)),
    )
    expect([...seen].filter((one) => !allowed.includes(one))).toEqual([])
    expect(allowed.filter((one) => !seen.has(one) && !one.endsWith('RateLimits'))).toEqual([])
  })
})
