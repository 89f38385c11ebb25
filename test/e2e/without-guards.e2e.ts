import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { synthesizeApp } from '../../commands/app.ts'
import { scenarioOf, scenarios } from '../../scenarios/all.ts'
import { toldWithoutGuard } from '../../scenarios/told-without-guard.ts'
import { type PlayedWithoutGuard, playAllWithoutGuard, playWithoutGuard } from '../../scenarios/without-guard.ts'
import { brokeIn } from '../../scenarios/without-guard-page.ts'

const rootDir = resolve(import.meta.dirname, '..', '..')

describe('a walkthrough whose guard is taken away', () => {
  let assemblyDir: string
  let played: PlayedWithoutGuard[]
  beforeAll(async () => {
    assemblyDir = await synthesizeApp(() => {})
    played = await playAllWithoutGuard(scenarios, { rootDir, assemblyDir })
  }, 900_000)

  it.each(scenarios.map((one, index) => ({ ...one, index })))(
    '$name ends broken, and names an invariant that it attacks: $withoutGuard.says',
    ({ name, index }) => {
      const one = played[index]
      expect(one?.played.name).toBe(name)
      if (!one) return
      expect(one.broke, toldWithoutGuard(one)).not.toEqual([])
      const page = readFileSync(join(rootDir, 'docs', 'walkthroughs', `${name}.md`), 'utf8')
      const known = one.broke.filter((number) => brokeIn(page).includes(number))
      expect(known, 'npm run mutants -- --docs writes what broke on its page').not.toEqual([])
    },
  )

  it('holds all the same when what was taken away was none: the test build breaks nothing', async () => {
    const guarded = scenarioOf('double-click')
    const [edit] = guarded.withoutGuard.edits
    if (!edit) throw new Error('its bug edits nothing')
    const edits = [{ ...edit, replace: `${edit.find} // as it was\n` }]
    const one = await playWithoutGuard(
      { ...guarded, withoutGuard: { ...guarded.withoutGuard, edits } },
      { rootDir, assemblyDir },
    )
    expect(one.played.verdict.broken).toEqual([])
    expect(one.broke).toEqual([])
  }, 120_000)
})
