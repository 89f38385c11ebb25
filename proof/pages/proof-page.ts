import { chaosPlan } from '../load/chaos-plan.ts'
import { mutants } from '../mutants/all.ts'
import { loadMutants } from '../mutants/load-mutants.ts'
import type { LongProof } from '../readiness/catalogue.ts'
import { faultKinds } from '../simulate/faults.ts'
import { simulatedMutants } from '../simulate/mutants.ts'
import { readReport } from '../targets/report.ts'
import { type MachineRun, type MachineRuns, readMachineRuns } from './machine-runs.ts'
import type { Page } from './pages.ts'
import { guarantees, type ProofMachine, proofMachines } from './proof-machines.ts'
import { generatedNotice, table } from './table.ts'

/** One page for a sceptical reader: what is promised, what tries to break it, how to repeat that, and what it can't show. */
export function proofPage(longProofs: readonly LongProof[]): Page {
  const faults = chaosPlan(1).length
  const runs = withEmulators(readMachineRuns())
  const text = `${generatedNotice}

# What tries to break it

Each guarantee, the machines that try to break it, how often each did in its last recorded run, and the outcome (\`npm run docs -- --proof\`
writes that anew, from the newest runs of this folder). \`npm run doctor\` says by which run each was shown of this very commit, and what has no run
([readiness](readiness.md)). \`npm test\` runs the short ones, \`npm run test:long\` the long ones, and a change must pass both. How fast it is, beside what people would use instead: [benchmarks](benchmarks.md).

## Guarantees

The numbers are [invariants](invariants.md): what keeps each, in which line, and which mistakes break it is there. Where there is none, stored data
alone can't show it.

${table(
  ['guarantee', 'invariants', 'attacked by, how often', 'result'],
  guarantees.map(({ promise, invariants, attackedBy }) => [
    promise,
    invariants.join(', ') || 'none',
    attackedBy.map((name) => `${linkTo(name)}${howOften(machineNamed(name), runs)}`).join(' · '),
    resultOf(attackedBy, runs),
  ]),
)}

## Machines

${proofMachines.map((machine) => chapterOf(machine, longProofs, runs[machine.name])).join('\n')}
## Who watches the machines

A check that never fails proves nothing, so mistakes are planted, and each must be found.

- ${mutants.length} mutants of production code, each on a whole stack by the scenario that attacks it: [which, and what they break](scenarios/README.md).
- ${simulatedMutants.length} in the simulation, with the number of schedules that each took: [mutants](mutants.md), which says of all which checks kill them. It injects ${faultKinds.length} kinds of faults,
  and fails when something that must sometimes happen never did.
- Twins with a mistake (a queue that forgets what it has deduplicated, a bucket that copies whatever is there, a state machine that retries
  nothing): random calls find each, and are shrunk to the few that show it.
- ${loadMutants.length} under load and chaos, where one run of 12 conversations in three copies, with reads beside them and ${faults} random faults, must find them:

${table(
  ['mutant', 'what it does wrong', 'found by'],
  loadMutants.map(({ mutant, foundBy }) => [mutant.name, mutant.description, foundBy]),
)}

## What nothing here shows

- **AWS.** Nothing has run in an AWS account. The embedded engines answer as AWS documents it, and two emulators agree as far as
  [targets](targets.md) says.
- **Proof in the mathematical sense.** No specification is model-checked; runs are many, and finite.
- **What nobody stated.** Each machine judges by invariants and promises that people wrote down.
- **Erasure of a person**, tenants kept apart by IAM, and a second region: [known gaps](readiness.md) that are not built.
`
  return { path: 'docs/proof.md', text }
}

function linkTo(name: string): string {
  return `[${name}](#${name.replaceAll(' ', '-')})`
}

/** Throws `Error` when the part does not exist. */
function chapterOf(machine: ProofMachine, longProofs: readonly LongProof[], run: MachineRun | undefined): string {
  const { name, tries, command, short, part, results, blind } = machine
  const proof = longProofs.find((each) => each.name === part)
  if (part !== undefined && !proof) throw new Error(`there is no part ${part} of npm run test:long`)
  const shown = [
    ...(command === `npm run test:long -- ${part}` ? [] : [`Repeat it: \`${command}\``]),
    ...(short ? [`In the short run: [\`${short}\`](../${short})`] : []),
    ...(proof ? [`In the long run: \`npm run test:long -- ${proof.name}\`: ${proof.proves}`] : []),
    ...(results ? [`What it found, and how often it ran: [${results.split('#')[0] || 'below'}](${results})`] : []),
    ...(run ? [lineOf(run)] : []),
    `It can't show: ${blind}.`,
  ]
  return `### ${name}\n\nIt ${tries}.\n\n${shown.map((line) => `- ${line}\n`).join('')}`
}

function machineNamed(name: string): ProofMachine {
  const machine = proofMachines.find((each) => each.name === name)
  if (!machine) throw new Error(`there is no machine ${name}`)
  return machine
}

/** Adds the runs on emulators, whose record is the report of the page of targets. */
function withEmulators(runs: MachineRuns): MachineRuns {
  const report = readReport()
  if (runs.emulators || !report) return runs
  const countOf = (state: string) => report.tests.filter((test) => test.state === state).length
  const [passed, failed, skipped] = [countOf('passed'), countOf('failed'), countOf('skipped')]
  const command = 'npm run docs -- --targets'
  return { ...runs, emulators: { ranOn: report.ranOn, command, passed, failed, skipped, counts: {} } }
}

/** Empty without a recorded run. */
function howOften({ name, counted }: ProofMachine, runs: MachineRuns): string {
  const run = runs[name]
  if (!run) return ''
  const times = counted === undefined ? undefined : run.counts[counted]
  return `: ${times === undefined ? amount(run.passed + run.failed, 'tests') : amount(times, String(counted))}`
}

function resultOf(attackedBy: readonly string[], runs: MachineRuns): string {
  const broken = attackedBy.filter((name) => (runs[name]?.failed ?? 0) > 0)
  if (broken.length > 0) return `**broken** by ${broken.join(', ')}`
  const missing = attackedBy.filter((name) => !runs[name])
  if (missing.length === attackedBy.length) return 'no run recorded'
  return missing.length === 0 ? 'held' : 'held wherever a run is recorded'
}

function lineOf({ ranOn, commit, command, passed, failed, skipped, counts }: MachineRun): string {
  const tests = `${amount(passed, 'tests')} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
  const happened = Object.entries(counts).map(([what, times]) => amount(times, what))
  const version = commit ? `, commit ${commit}` : ''
  return `Last recorded run: ${ranOn}${version}, \`${command}\`: ${[tests, ...happened].join('; ')}`
}

/** Such as `20,000 schedules`, or `1 schedule`. */
function amount(number: number, plural: string): string {
  return `${number.toLocaleString('en-US')} ${number === 1 ? plural.replace(/^(\w+)s\b/, '$1') : plural}`
}
