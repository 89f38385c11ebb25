import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { longParts } from '../../commands/test/long-parts.ts'
import { sagaCosts } from '../../proof/cost/run-cost.ts'
import { readMutantRecord } from '../../proof/mutants/record.ts'
import { harnesses } from '../../proof/outcomes/all.ts'
import { runHarness } from '../../proof/outcomes/run-harness.ts'
import { mutantsPage } from '../../proof/pages/mutants-page.ts'
import { pagesWithoutRuns } from '../../proof/pages/pages.ts'
import { proofPage } from '../../proof/pages/proof-page.ts'
import { sagas } from '../../sagas/all.ts'
import { compile } from '../../sagas/compile.ts'
import { shapes } from '../../sagas/phases.ts'
import { titleOf } from '../../sagas/saga.ts'
import { killsInScenarios, scenarios } from '../../scenarios/all.ts'
import { scenarioPages } from '../../scenarios/runner/pages/write-pages.ts'

const pages = await pagesWithoutRuns()

describe('the generated pages', () => {
  const mutants = mutantsPage(readMutantRecord(), killsInScenarios())

  it.each([...pages, proofPage(longParts), mutants, ...scenarioPages('.', scenarios)])(
    'include $path as the code gives it',
    (page) => {
      expect(readFileSync(page.path, 'utf8'), 'npm run docs writes it').toBe(page.text)
    },
  )

  // What is in the chapters of outcomes, `npm run test:long -- pages` compares: each takes seconds to make.
  it('cover the failures of every saga', () => {
    expect(harnesses.map(({ saga }) => titleOf(saga))).toEqual(sagas.map(titleOf))
  })
})

describe.each(harnesses.map((harness) => ({ name: titleOf(harness.saga), harness })))(
  'the price of the saga $name',
  ({ harness }) => {
    const nothing = { step: '', fault: 'error', isPersistent: false } as const

    it.each(shapes)('equals what the engine bills (%s)', async (shape) => {
      const { success, compensated } = sagaCosts(compile(harness.saga, { functionArn: 'arn', shape }), 512)
      const counted = async (action: 'do' | 'undo') => {
        const { transitions, invocations, saga } = await runHarness(harness, shape, { ...nothing, action })
        return { transitions, invocations, state: saga.state }
      }
      const { transitions, invocations } = success
      expect(await counted('do')).toEqual({ transitions, invocations, state: 'completed' })
      const back = { transitions: compensated.transitions, invocations: compensated.invocations }
      expect(await counted('undo')).toEqual({ ...back, state: 'compensated' })
    })
  },
)

describe('a successful run', () => {
  const transitionsOf = (title: string) =>
    sagas
      .filter((saga) => titleOf(saga) === title)
      .map((saga) => sagaCosts(compile(saga, { functionArn: 'arn', shape: 'phases' }), 512).success.transitions)

  it('of a notification is billed at most 3 transitions', () => {
    expect(transitionsOf('notification')).toEqual([1])
  })

  it('of an attachment is billed at most 6 transitions', () => {
    expect(transitionsOf('attachment')).toEqual([2])
    expect(transitionsOf('attachment-scanned')).toEqual([3])
  })
})
