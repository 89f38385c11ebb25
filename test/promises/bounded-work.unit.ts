import { describe, expect, it } from 'vitest'
import { consoleFunctions, functionNames, httpFunctions } from '../../app/functions.ts'
import type { Case } from './background/case.ts'
import { backgroundCases } from './background-cases.ts'
import { type Cost, countingStore, grownStore, type Sizes } from './grown-store.ts'

const small: Sizes = { history: 5, followers: 3, openTickets: 20, closedTickets: 150, settings: 3, tenants: 2 }
const large: Sizes = { history: 300, followers: 40, openTickets: 200, closedTickets: 400, settings: 100, tenants: 40 }
const dimensions = Object.keys(small) as (keyof Sizes)[]

async function costOf({ prepare }: Case, sizes: Sizes): Promise<Cost> {
  const { store, cost, reset } = countingStore(await grownStore(sizes))
  const handle = await prepare(store, sizes)
  reset()
  await handle()
  return cost
}

const everyCase = Object.entries(backgroundCases).flatMap(([functionName, ofFunction]) =>
  ofFunction.map((tried) => [tried.name ? `${functionName}, ${tried.name}` : functionName, tried] as const),
)

describe('what one message or one item costs', () => {
  it('is measured for every function that runs in the background', () => {
    const background = functionNames({ malwareScan: 'guardduty', identity: 'cognito' }).filter(
      (name) => !(name in httpFunctions || name in consoleFunctions),
    )
    expect(Object.keys(backgroundCases).toSorted()).toEqual(background.toSorted())
  })

  it.each(everyCase)('is the same in %s, however much is stored', async (name, tried) => {
    const base = await costOf(tried, small)
    // It reaches the database; the watch over recorded history only writes log lines, and claims come from the user pool.
    expect(Object.keys(base).length > 0).toBe(!['watch-events', 'add-token-claims'].includes(name))
    for (const dimension of dimensions) {
      const added = large[dimension] - small[dimension]
      const expected = { ...base }
      for (const [what, each] of Object.entries(tried.growsBy?.[dimension] ?? {}))
        expected[what] = (expected[what] ?? 0) + each * added
      const grown = await costOf(tried, { ...small, [dimension]: large[dimension] })
      expect(grown, `${large[dimension]} instead of ${small[dimension]} in ${dimension}`).toEqual(expected)
    }
  })
})
