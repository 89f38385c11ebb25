import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { Command } from 'commander'
import { acceptedBreaks } from '../proof/contracts/accepted-breaks.ts'
import { contractFiles } from '../proof/contracts/registry.ts'
import { breaksOfReleases, readReleases, release } from '../proof/contracts/releases.ts'
import { readMutantRecord } from '../proof/mutants/record.ts'
import { newestMachineRuns, readMachineRuns, writeMachineRuns } from '../proof/pages/machine-runs.ts'
import { mutantsPage } from '../proof/pages/mutants-page.ts'
import { generatePages, type Page } from '../proof/pages/pages.ts'
import { proofPage } from '../proof/pages/proof-page.ts'
import { readProofRuns } from '../proof/readiness/proof-run.ts'
import { reportPath, type TargetReport } from '../proof/targets/report.ts'
import { killsInScenarios, scenarios } from '../scenarios/all.ts'
import { everyCase } from '../scenarios/matrix/case.ts'
import { expectedOutcomes, findMatrixProblems } from '../scenarios/matrix/check-matrix.ts'
import { runMatrix } from '../scenarios/matrix/run-matrix.ts'
import { stackPage, stackPagePath } from '../scenarios/matrix/stack-page.ts'
import { scenarioPages } from '../scenarios/runner/pages/write-pages.ts'
import { runProgram } from './program/run-program.ts'
import { startMatrixStack } from './stack/matrix-stack.ts'
import { startProgress } from './terminal/progress.ts'
import { atOnceOf, longParts } from './test/long-parts.ts'
import { atOnce, runTests } from './test/run-tests.ts'

interface Options {
  check?: true
  stack?: true
  targets?: true
  proof?: true
  releaseContracts?: true
}

const program = new Command('npm run docs --')
  .description(
    'Writes the pages that are generated from the code: OpenAPI, each saga’s diagram, price and outcome under every fault, and what breaks each scenario.',
  )
  .option('--check', 'write nothing, and exit 1 when a page is out of date')
  .option('--stack', 'instead, write the page of outcomes on a whole stack, by running every case: takes some minutes')
  .option(
    '--targets',
    'instead, write the page of targets, by deploying to each that runs on this machine: takes some minutes',
  )
  .option('--proof', 'also keep what the newest runs of this folder came to, for docs/proof.md')
  .option('--release-contracts', 'instead, freeze the current contracts as the next release (docs/contracts)')
  .action(docs)

await runProgram(program)

async function docs({ check, stack, targets, proof, releaseContracts }: Options): Promise<void> {
  if (releaseContracts) return freezeContracts()
  if (targets) await writeTargetReport()
  if (proof) writeMachineRuns(newestMachineRuns(readMachineRuns(), readProofRuns().runs, longParts))
  const pages = stack
    ? [await makeStackPage()]
    : [
        ...(await generatePages()),
        proofPage(longParts),
        mutantsPage(readMutantRecord(), killsInScenarios()),
        ...scenarioPages('.', scenarios),
      ]
  const outdated = pages.filter((page) => !isWritten(page))
  for (const page of outdated) {
    if (!check) write(page)
    console.log(check ? `${page.path} is out of date: run npm run docs` : `wrote ${page.path}`)
  }
  if (check && outdated.length > 0) process.exitCode = 1
  if (outdated.length === 0) console.log(`${pages.length} pages are up to date`)
}

/** Throws when a contract breaks a release: it must be mended, or accepted, first. */
function freezeContracts(): void {
  const files = contractFiles()
  const accepted = new Set(acceptedBreaks.map(({ says }) => says))
  const breaks = breaksOfReleases(files, readReleases()).filter(({ says }) => !accepted.has(says))
  if (breaks.length > 0) throw new Error(breaks.map(({ says }) => says).join('; '))
  const { number, digest } = release(files)
  console.log(`froze release ${number}: add it to test/contracts/releases.unit.ts with its digest ${digest}`)
}

/** Runs every case on a stack of its own, and prints the page. Throws when a saga has no defined outcome, or an unexpected one. */
async function makeStackPage(): Promise<Page> {
  const progress = startProgress()
  const cases = everyCase()
  const expected = await expectedOutcomes()
  const stack = await startMatrixStack(progress.step)
  try {
    let ended = 0
    const onResult = () => {
      if (++ended % 20 === 0) progress.step(`${ended} of ${cases.length} sagas have ended`)
    }
    const matrix = await runMatrix(stack.target, { cases, onResult, idle: stack.idle })
    progress.done()
    const outcomes = new Map(matrix.results.map((result) => [result.case.tenant, result.outcome]))
    const text = stackPage(outcomes)
    console.log(text)
    const problems = findMatrixProblems(matrix, expected)
    if (problems.length > 0) throw new Error(problems.join('\n'))
    return { path: stackPagePath, text }
  } finally {
    progress.done()
    await stack.stop()
  }
}

/** Runs the target tests, and keeps what they found. Throws when one failed, or a target was not there. */
async function writeTargetReport(): Promise<void> {
  const args = ['--config', 'vitest.long.config.ts', ...atOnce(atOnceOf.emulator), 'test/targets/']
  const { tests, failed } = await runTests(args, { EVERY_CASE: '1' })
  if (failed > 0) throw new Error('a target does not keep its promises: the output above says which')
  const ranOn = new Date().toISOString().slice(0, 10)
  const report: TargetReport = { ranOn, node: process.versions.node, tests }
  write({ path: reportPath, text: `${JSON.stringify(report, null, 2)}\n` })
}

function isWritten({ path, text }: Page): boolean {
  try {
    return readFileSync(path, 'utf8') === text
  } catch {
    return false
  }
}

function write({ path, text }: Page): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}
