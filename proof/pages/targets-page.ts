import { divergences, missing, skippedTests } from '../targets/divergences.ts'
import type { TargetOutcome, TargetReport } from '../targets/report.ts'
import { generatedNotice, table } from './table.ts'

/** Names and releases of what runs; a test compares the releases with what is installed. */
export const testedTargets = [
  { name: 'Embedded', is: '`npm start`' },
  { name: 'LocalStack', is: 'LocalStack 4.14.0 without Docker, `npm run localstack`' },
  { name: 'MiniStack', is: 'MiniStack 1.5.33' },
] as const

type TargetName = (typeof testedTargets)[number]['name']

/** The test that deploys. */
export const deploymentStep = 'takes a deployment of every stack'

/** Separates the name of a target from that of a suite that ran there. */
const separator = ' > '

/** The page of targets: what each has shown in the run of the report, what its tests skip, and how emulators differ from AWS. */
export function targetsPage(report?: TargetReport): string {
  return `${generatedNotice}

# Targets

The same CDK app, bundles and tests on each target. CI takes both emulators through their life at each change (\`npm run test:long\`, parts
\`localstack\` and \`ministack\`), by the commands that users have: deploy, an upgrade under traffic or the way back, the end-to-end suite, load with
duplicates, the scenarios that can run anywhere, the checker, destroy. The longest scenario, \`hot-ticket\`, is played on one of the two, which the seed
draws; with \`--all\` on both. \`npm run docs -- --targets\` does all that with every target of this machine, and writes this page. [Deploying it](readers/deploying.md) says how each is used, [ADR 26](adr/0026-emulators-are-targets-of-the-tests.md) why these are
tested.
${report ? results(report) : ''}
## What tests skip, and why

A test that needs what its target lacks skips, and says so. How many do is committed and must be exact: ${skipCounts()}.

${table(
  ['needs', 'on', 'skips, because'],
  Object.entries(missing).flatMap(([feature, targets]) =>
    Object.entries(targets).map(([target, reason]) => [feature, target, reason]),
  ),
)}

Not run here: LocalStack in Docker (\`localstack/compose.yaml\`), which is the same release, and AWS. Both take the same commands.

## How emulators differ from AWS

Only what this app uses. The promises hold all the same: that is what the sweeper, receipts, fences and reconciliation are for.

${table(
  ['target', 'differs', 'so', 'source'],
  divergences.map(({ target, what, so, source }) => [target, what, so, source]),
)}
`
}

function skipCounts(): string {
  return Object.entries(skippedTests)
    .map(([target, count]) => `${count} on ${target}`)
    .join(', ')
}

function results({ ranOn, node, tests }: TargetReport): string {
  const promises = [...new Set(tests.map(promiseOf))]
  return `
## What each has shown

On ${ranOn}, with Node ${node}:

${table(
  ['target', 'what ran', 'passed', 'failed', 'skipped', 'deployed in'],
  testedTargets.map(({ name, is }) => summary(name, is, tests)),
)}

${table(
  ['promise', ...testedTargets.map(({ name }) => name)],
  promises.map((promise) => [promise, ...testedTargets.map(({ name }) => cell(find(tests, name, promise)))]),
)}

The time is that of a whole step, on a machine with two cores. An empty cell: the target has no such step. A promise that joined the tests after that
day has no row until the command runs again; the parts of \`test:long\` above try it meanwhile, on each target.
`
}

function summary(name: TargetName, is: string, tests: readonly TargetOutcome[]): (string | number)[] {
  const own = tests.filter((test) => targetOf(test) === name)
  const count = (state: string) => own.filter((test) => test.state === state).length
  const deployment = own.find((test) => test.name === deploymentStep)
  const time = deployment ? duration(deployment.seconds) : ''
  return [name, is, count('passed'), count('failed'), count('skipped'), time]
}

function targetOf({ suite }: TargetOutcome): string | undefined {
  return suite.split(separator)[0]
}

function isStep({ suite }: TargetOutcome): boolean {
  return !suite.includes(separator)
}

function duration(seconds: number): string {
  return `${Math.round(seconds)} s`
}

/** The sentence that a test states. A step's suite is only its target. */
function promiseOf({ suite, name }: TargetOutcome): string {
  const [, ...own] = suite.split(separator)
  return own.length > 0 ? `${own.join(' ')} ${name}` : `a target ${name}`
}

function find(tests: readonly TargetOutcome[], target: TargetName, promise: string): TargetOutcome | undefined {
  return tests.find((test) => targetOf(test) === target && promiseOf(test) === promise)
}

function cell(test: TargetOutcome | undefined): string {
  if (test === undefined) return ''
  if (test.state !== 'passed') return test.reason ?? test.state
  return isStep(test) ? `✓ ${duration(test.seconds)}` : '✓'
}
