import { basename } from 'node:path'
import type { LongProof } from './catalogue.ts'
import { sections } from './item.ts'
import { isGap, type JudgedItem, type State } from './judge.ts'
import type { ProofRun } from './proof-run.ts'
import { commandFor, countStates, runsOf, type Sheet } from './sheet.ts'

/** Pastes into a mail or a note. */
const columns = 80

const words: Record<State, string> = {
  proven: 'proven',
  failed: 'FAILED',
  unrun: 'no run',
  stale: 'stale',
  partly: 'partly',
  missing: 'missing',
}

type LongProofs = readonly LongProof[]

/** The sheet as text, no line longer than 80 columns. Alarms with the same runbook share a line. */
export function formatSheet(sheet: Sheet, longProofs: LongProofs): string {
  const { version, items, stack, unreadable } = sheet
  const runs = runsOf(sheet)
  const lines = sections.flatMap((section) => {
    const judged = items.filter(({ item }) => item.section === section)
    const body =
      section === 'alarms' ? alarmLines(judged, runs) : judged.flatMap((each) => itemLines(each, runs, longProofs))
    return ['', title(section), ...body]
  })
  return [
    ...wrap(`Readiness of ${nameOf(version)}, by what ran. No run, no proof.`),
    ...wrap(countsLine(countStates(sheet))),
    ...lines,
    ...(stack
      ? [
          '',
          'The stack, by its ledger of runs',
          ...stack.flatMap((line) => wholeLines(line.state, line.name, line.says)),
        ]
      : []),
    '',
    'Runs',
    ...(runs.length === 0 ? ['  none'] : runs.flatMap((run, index) => runLines(run, index + 1))),
    ...unreadable.flatMap((path) => wrap(`  ${path} is no readable run: it proves nothing`, 4)),
  ].join('\n')
}

/** The verdict of the gate, with each reason against. */
export function formatGate(gate: string, reasons: readonly string[]): string {
  if (reasons.length === 0) return `Ready for ${gate}.`
  return [`Not ready for ${gate}:`, ...reasons.flatMap((reason) => wrap(`- ${reason}`, 2))].join('\n')
}

function nameOf({ commit, changed }: Sheet['version']): string {
  if (commit === undefined) return 'an unknown version'
  return changed ? `${commit.slice(0, 7)} with uncommitted changes` : commit.slice(0, 7)
}

function countsLine(counts: Record<State, number>): string {
  return Object.entries(counts)
    .map(([state, count]) => `${count} ${words[state as State].toLowerCase()}`)
    .join(' · ')
}

function itemLines(judged: JudgedItem, runs: readonly ProofRun[], longProofs: LongProofs): string[] {
  const { item, state } = judged
  if (isGap(item)) return wholeLines(state, item.name, item.missing)
  const why = whyNot(judged, runs, longProofs)
  const line = itemLine(state, item.name, item.promise, proofOf(judged, runs))
  return [line, ...(why ? [itemLine('', '', `> ${why}`)] : [])]
}

/** What proves it: the figures that were measured, and the runs by their numbers. */
function proofOf({ state, verdicts }: JudgedItem, runs: readonly ProofRun[]): string {
  if (state !== 'proven' && state !== 'partly') return ''
  const figures = verdicts.flatMap(({ result }) => Object.entries(result?.figures ?? {}))
  const measured = Object.entries(Object.fromEntries(figures.toReversed())).map(([name, value]) => `${name} ${value}`)
  const numbers = [...new Set(verdicts.flatMap(({ run }) => (run ? runs.indexOf(run) + 1 : [])))]
  return ` ${measured.map((each) => `(${each}) `).join('')}[${numbers.toSorted((a, b) => a - b).join(' ')}]`
}

/**
 * The first thing that keeps an item from being proven, and how many more do. Where nothing ran at all there is nothing to say: the name
 * of the section and the gate tell what to run.
 */
function whyNot(
  { state, verdicts }: JudgedItem,
  runs: readonly ProofRun[],
  longProofs: LongProofs,
): string | undefined {
  const [first, ...more] = verdicts.filter((verdict) => verdict.state === state)
  if (!first || state === 'proven' || verdicts.every(({ run }) => run === undefined)) return undefined
  const { path, run, result, ageDays } = first
  const where = run ? ` [${runs.indexOf(run) + 1}]` : ''
  const others = more.length > 0 ? `, ${more.length} more` : ''
  const why = {
    failed: `${result?.failed} failed in ${basename(path)}${where}`,
    partly: `${result?.skipped} skipped in ${basename(path)}: ${result?.skipReasons.join('; ')}`,
    stale:
      ageDays === undefined
        ? `${basename(path)} ran on ${run ? nameOf(run.version) : ''}${where}`
        : `${basename(path)} ran ${ageDays} days ago${where}`,
    unrun: result ? `all skipped in ${basename(path)}: ${result.skipReasons.join('; ')}` : commandFor(path, longProofs),
    missing: '',
  }[state]
  return why + others
}

function alarmLines(judged: readonly JudgedItem[], runs: readonly ProofRun[]): string[] {
  const promiseOf = ({ item }: JudgedItem) => (isGap(item) ? '' : item.promise)
  return [...Map.groupBy(judged, (each) => `${each.state} ${promiseOf(each)}`).values()].flatMap((group) => {
    const [first] = group
    if (!first) return []
    const runbook = promiseOf(first).replace(/.*: /, '')
    return wholeLines(first.state, runbook, group.map(({ item }) => item.name).join(', ') + proofOf(first, runs))
  })
}

const nameWidth = 20
const indent = 2 + 8 + nameWidth + 1

/** One line; what does not fit is left out with an ellipsis (`--json` has all of it), but never its `end`. */
function itemLine(state: State | '', name: string, text: string, end = ''): string {
  const width = columns - indent - end.length
  const shown = text.length > width ? `${text.slice(0, width - 1).trimEnd()}…` : text
  return `${start(state, name)}${shown}${end}`
}

/** The text on as many lines as it takes. */
function wholeLines(state: State, name: string, text: string): string[] {
  const [first = '', ...rest] = wrap(text, 0, columns - indent)
  return [start(state, name) + first, ...rest.map((line) => ' '.repeat(indent) + line)]
}

function start(state: State | '', name: string): string {
  return `  ${(state && words[state]).padEnd(8)}${name.padEnd(nameWidth)} `
}

function runLines({ command, version, endedAt, files }: ProofRun, number: number): string[] {
  const sum = (of: 'passed' | 'failed' | 'skipped') => files.reduce((total, file) => total + file[of], 0)
  const whole = files.find(({ path }) => path === 'npm test')
  const [passed, failed, skipped] = whole
    ? [whole.passed, whole.failed, whole.skipped]
    : [sum('passed'), sum('failed'), sum('skipped')]
  const text = `${String(number).padStart(3)}  ${endedAt.slice(0, 16).replace('T', ' ')}Z  ${nameOf(version)}  ${command}: ${passed} passed, ${failed} failed, ${skipped} skipped`
  return wrap(text, 5)
}

function title(section: string): string {
  return section[0]?.toUpperCase() + section.slice(1)
}

/** Breaks at spaces; a word that is longer than a line is broken too. Lines after the first are indented. */
function wrap(text: string, hang = 0, width = columns): string[] {
  const lines: string[] = []
  let rest = text
  while (rest.length > width) {
    const space = rest.lastIndexOf(' ', width)
    const end = space > hang + 1 ? space : width
    lines.push(rest.slice(0, end))
    rest = ' '.repeat(hang) + rest.slice(end).trimStart()
  }
  return [...lines, rest]
}
