import validate from 'asl-validator'
import { describe, expect, it } from 'vitest'
import { sagaCosts } from '../../proof/cost/run-cost.ts'
import { outcomeMatrix } from '../../proof/outcomes/matrix.ts'
import { compile } from '../../sagas/compile.ts'
import { shapes } from '../../sagas/phases.ts'
import { handover } from './handover/handover.ts'
import { handoverHarness } from './handover/harness.ts'
import { codeBlocks, readPage } from './markdown.ts'

describe('docs/sagas.md', () => {
  it('quotes code from files that are compiled, linted and run', () => {
    const page = readPage('docs/sagas.md')
    const blocks = codeBlocks(page)
    expect(blocks.map(({ path }) => path)).toEqual([
      'test/docs/handover/ticket-handover.ts',
      'test/docs/handover/handover.ts',
      'test/docs/handover/partner.ts',
      'test/docs/handover/notify.ts',
      'test/docs/handover/harness.ts',
    ])
    expect(page.match(/^```ts$/gm)).toHaveLength(blocks.length)
    for (const { path, code } of blocks) expect(readPage(path), path).toContain(code)
  })
})

describe.each(shapes)('the example saga (%s)', (shape) => {
  it('compiles to valid Amazon States Language, at the price that the page gives', () => {
    const machine = compile(handover, { functionArn: 'arn:aws:lambda:eu-central-1:000000000000:function:f', shape })
    expect(validate(JSON.parse(JSON.stringify(machine))).isValid).toBe(true)
    expect(sagaCosts(machine, 512).success.transitions).toBe(shape === 'phases' ? 1 : 3)
  })

  it('ends completed or compensated under every fault at every step', async () => {
    const { problems, rows, copiesMax } = await outcomeMatrix(handoverHarness, shape, [])
    expect(problems).toEqual([])
    expect(rows).toHaveLength(8)
    expect(copiesMax).toBeGreaterThan(1)
  })
})
