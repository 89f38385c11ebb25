import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openEngineStore } from '../../proof/engine-store.ts'
import { accessOf } from '../../proof/schema/access.ts'
import { measureQueries } from '../../proof/schema/measure-queries.ts'
import { measuredQueriesPath } from '../../proof/schema/measured-queries.ts'
import { actionOf, commonQueries } from '../../proof/schema/queries.ts'

describe('the queries of docs/schema.md', () => {
  it('are all that the functions may make, and each is made by those that it names', () => {
    const allowed = Object.entries(accessOf).flatMap(([name, access]) =>
      Object.entries(access).flatMap(([table, actions]) =>
        (actions as readonly string[])
          .filter((action) => /^(?:Query|Scan)/.test(action))
          .map((action) => `${name} ${table} ${action}`),
      ),
    )
    const listed = commonQueries.flatMap((query) =>
      query.owners.map((owner) => `${owner} ${query.request.table} ${actionOf(query)}`),
    )
    expect([...new Set(listed)].toSorted()).toEqual([...new Set(allowed)].toSorted())
  })
})

describe('the measured capacity of docs/schema.md', () => {
  let engine: Awaited<ReturnType<typeof openEngineStore>>
  let units = 0
  beforeAll(async () => {
    engine = await openEngineStore((consumed) => {
      units += consumed
    })
  })
  afterAll(async () => {
    await engine.close()
  })

  it('is what DynamoDB’s engine counts', async () => {
    const measured = await measureQueries(engine.store, () => {
      const taken = units
      units = 0
      return taken
    })
    await expect(`${JSON.stringify(measured, null, 2)}\n`).toMatchFileSnapshot(measuredQueriesPath)
  })
})
