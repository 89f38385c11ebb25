import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { viewNames } from '../../domain/view-catalog.ts'
import { invariants } from '../../proof/check/invariants.ts'
import { parseRepair } from '../../proof/damage/repair-damage.ts'
import { parseWhere } from '../../proof/damage/where.ts'
import { seqOfPoint } from '../../proof/replay/replay-ticket.ts'
import { scenarios } from '../../scenarios/all.ts'
import { readPage, rootDir } from './markdown.ts'

const page = readPage('docs/repair.md')
const { scripts } = JSON.parse(readPage('package.json')) as { scripts: Record<string, string> }

/** Every command of the page, in a block or in a line. */
const commands = [...page.matchAll(/npm run ([\w:]+)(?: -- ([^`\n]*))?/g)].map(([command, script = '', args = '']) => ({
  command,
  script,
  args,
}))

/** The options of a command, as its source declares them. */
function optionsOf(script: string): string[] {
  const sources = [`commands/${script}.ts`, 'commands/program/options.ts']
  const text = sources.map((path) => readFileSync(join(rootDir, path), 'utf8')).join('\n')
  return [...text.matchAll(/'(--[a-z-]+)[ ']/g)].map(([, option = '']) => option)
}

const numbers = invariants.map(({ number }) => number)

describe('the page that an engineer on call follows', () => {
  it.each(commands)('gives a command that exists, with options that it has: $command', ({ script, args }) => {
    expect(scripts).toHaveProperty(script)
    const given = [...args.replaceAll(/"[^"]*"/g, '').matchAll(/(?<= |^)--[a-z-]+/g)].map(([option]) => option)
    expect(optionsOf(script)).toEqual(expect.arrayContaining(given))
  })

  it('gives filters, repairs, points, views and scenarios that the commands take', () => {
    const terms = commands.flatMap(({ args }) =>
      [/--where ((?:[^\s-]\S*\s?)+)/.exec(args)?.[1]?.trim().split(' ') ?? []].flat(),
    )
    expect(terms.length).toBeGreaterThan(8)
    for (const term of terms) expect(() => parseWhere([term], numbers), term).not.toThrow()
    const repairs = [...page.matchAll(/--repair ([a-z]+(?:=\w+)?)/g)].map(([, repair]) => repair)
    expect(repairs.length).toBeGreaterThan(3)
    for (const repair of repairs) expect(() => parseRepair(repair, 'Because.'), repair).not.toThrow()
    for (const { args } of commands.filter(({ script }) => script === 'replay'))
      for (const [, point = ''] of args.matchAll(/--to (\S+)/g)) expect(() => seqOfPoint([], point)).not.toThrow()
    for (const { args } of commands.filter(({ script, args: all }) => script === 'rebuild' && all))
      expect([...viewNames, 'list']).toContain(args.split(' ')[0])
    for (const { args } of commands.filter(({ script }) => script === 'scenario'))
      expect(scenarios.map(({ name }) => name)).toContain(args)
  })

  it('tells of options that the commands have, and of invariants that are checked', () => {
    const every = ['damage', 'rebuild', 'replay', 'check', 'reconcile'].flatMap(optionsOf)
    for (const [, option] of page.matchAll(/`(--[a-z-]+)/g)) expect(every).toContain(option)
    for (const [, listed = ''] of page.matchAll(/(?:invariants? |`check` holds |check` holds )([\d, and or]+)/g))
      for (const [number] of listed.matchAll(/\d+/g)) expect(numbers).toContain(Number(number))
  })
})
