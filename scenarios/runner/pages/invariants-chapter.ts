import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { invariants } from '../../../proof/check/invariants.ts'
import { table } from '../../../proof/pages/table.ts'
import { guards } from '../../../proof/portfolio/guards.ts'
import type { Scenario } from '../scenario.ts'

const path = 'docs/invariants.md'
const begins = '<!-- Made by `npm run docs` from here on; do not edit. -->'
const ends = '<!-- Made by `npm run docs` up to here. -->'

/** `docs/invariants.md`, whose chapter on the code is made anew: the rest of the page is written by hand. */
export function invariantsPage(rootDir: string, scenarios: readonly Scenario[]): { path: string; text: string } {
  const [before, rest] = readFileSync(join(rootDir, path), 'utf8').split(begins)
  const [, after] = rest?.split(ends) ?? []
  if (before === undefined || after === undefined)
    throw new Error(`${path} has no place for its generated chapter: put back the lines "${begins}" and "${ends}"`)
  return { path, text: `${before}${begins}\n\n${chapter(rootDir, scenarios)}\n\n${ends}${after}` }
}

function chapter(rootDir: string, scenarios: readonly Scenario[]): string {
  const checks = numbersIn(rootDir, 'proof/check/*.ts', /^ {2}number: (\d+),/gm)
  const violations = numbersIn(rootDir, 'test/proof/corruptions/*.ts', /invariant: (\d+),\s+what:/g)
  return table(
    ['#', 'kept by', 'checked in', 'violations planted in stored data', 'mutants that break it'],
    invariants.map(({ number }) => [
      `**${number}**`,
      guardsOf(rootDir, number),
      filesWith(number, checks).map(link).join(', '),
      filesWith(number, violations)
        .map(
          (file) => `${violations.filter((one) => one.number === number && one.file === file).length} in ${link(file)}`,
        )
        .join(', '),
      mutantsOf(number, scenarios),
    ]),
  )
}

/** Throws `Error` when nobody has said what keeps the invariant, or when that is not in the code any more. */
export function guardsOf(rootDir: string, number: number): string {
  const found = guards[number] ?? []
  const whatToDo = 'name the line in proof/portfolio/guards.ts'
  if (found.length === 0) throw new Error(`nobody has said what keeps invariant ${number}: ${whatToDo}`)
  return found
    .map(({ file, code }) => {
      if (readFileSync(join(rootDir, file), 'utf8').split(code).length !== 2)
        throw new Error(`"${code}", which keeps invariant ${number}, is not once in ${file}: ${whatToDo}`)
      return `\`${code.replaceAll('|', '\\|')}\` in ${link(file)}`
    })
    .join('; ')
}

function mutantsOf(number: number, scenarios: readonly Scenario[]): string {
  const breaking = scenarios.flatMap(({ name, mutants }) =>
    mutants.flatMap(({ mutant, breaks }) =>
      breaks.includes(number) ? [`[${mutant.name}](scenarios/${name}.md#${mutant.name})`] : [],
    ),
  )
  return breaking.join(', ') || 'none'
}

interface Found {
  number: number
  file: string
}

/** Every number that the pattern finds in the files, which are named from the root of the repository. */
function numbersIn(rootDir: string, glob: string, pattern: RegExp): Found[] {
  return globSync(glob, { cwd: rootDir })
    .toSorted()
    .flatMap((file) =>
      [...readFileSync(join(rootDir, file), 'utf8').matchAll(pattern)].map(([, number]) => ({
        number: Number(number),
        file,
      })),
    )
}

function filesWith(number: number, found: readonly Found[]): string[] {
  return [...new Set(found.flatMap((one) => (one.number === number ? [one.file] : [])))]
}

function link(file: string): string {
  return `[\`${file}\`](../${file})`
}
