import { readFileSync } from 'node:fs'
import validate from 'asl-validator'
import { describe, expect, it } from 'vitest'
import { costsOf } from '../../proof/cost/run-cost.ts'
import { matrixOf } from '../../proof/outcomes/matrix.ts'
import { compile } from '../../sagas/compile.ts'
import { shapes } from '../../sagas/phases.ts'
import { handover } from './handover/handover.ts'
import { handoverHarness } from './handover/harness.ts'

const page = readFileSync('docs/sagas.md', 'utf8')

/** Each block of code, with the file that it says it is. */
const blocks = [...page.matchAll(/^```ts\n\/\/ (\S+)\n([\s\S]*?)^```$/gm)].map(([, path = '', code = '']) => ({
  path,
  code,
}))

describe('docs/sagas.md', () => {
  it('shows code as it stands in files that are compiled, linted and run', () => {
    expect(blocks.map(({ path }) => path)).toEqual([
      'test/docs/handover/ticket-handover.ts',
      'test/docs/handover/handover.ts',
      'test/docs/handover/partner.ts',
      'test/docs/handover/tell.ts',
      'test/docs/handover/harness.ts',
    ])
    expect(page.match(/^```ts$/gm)).toHaveLength(blocks.length)
    for (const { path, code } of blocks) {
      const file = readFileSync(path, 'utf8')
      for (const part of code.split('// …\n')) expect(file, path).toContain(part)
    }
  })

  it('names only files that there are', () => {
    for (const [, path = ''] of page.matchAll(/\]\((?!https?:)([^)#]+)\)/g))
      expect(() => readFileSync(new URL(path, `file://${process.cwd()}/docs/`)), path).not.toThrow(/ENOENT/)
  })
})

describe.each(shapes)('the saga of the page (%s)', (shape) => {
  it('is valid Amazon States Language, and costs what the page says', () => {
    const machine = compile(handover, { functionArn: 'arn:aws:lambda:eu-central-1:000000000000:function:f', shape })
    expect(validate(JSON.parse(JSON.stringify(machine))).isValid).toBe(true)
    expect(costsOf(machine).good.transitions).toBe(shape === 'phases' ? 1 : 3)
  })

  it('comes to a defined end whatever befalls any of its steps', async () => {
    const { problems, rows, copiesMax } = await matrixOf(handoverHarness, shape, [])
    expect(problems).toEqual([])
    expect(rows).toHaveLength(8)
    expect(copiesMax).toBeGreaterThan(1)
  })
})
