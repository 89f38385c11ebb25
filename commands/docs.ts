import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { Command } from 'commander'
import { makePages, type Page } from '../proof/pages/pages.ts'
import { everyCase } from '../scenarios/matrix/case.ts'
import { expectedEnds, problemsOf } from '../scenarios/matrix/judge.ts'
import { stackPage, stackPagePath } from '../scenarios/matrix/page.ts'
import { runMatrix } from '../scenarios/matrix/run-matrix.ts'
import { startMatrixStack } from './matrix-stack.ts'
import { startProgress } from './progress.ts'
import { runProgram } from './run-program.ts'

const program = new Command('npm run docs --')
  .description(
    'Makes the pages that come from the code: each saga’s picture and price, and what each failure leads to.',
  )
  .option('--check', 'write nothing, and exit 1 when a page is not what the code makes')
  .option(
    '--stack',
    'make the page of what each failure leads to on a whole stack, instead of the others: some minutes',
  )
  .action(async ({ check, stack }: { check?: true; stack?: true }) => {
    const pages = stack ? [await playedPage()] : await makePages()
    const stale = pages.filter((page) => !isWritten(page))
    for (const { path, text } of stale) {
      if (!check) write(path, text)
      console.log(check ? `${path} is out of step with the code: npm run docs` : `wrote ${path}`)
    }
    if (check && stale.length > 0) process.exitCode = 1
    if (stale.length === 0) console.log(`${pages.length} pages are as the code makes them`)
  })

await runProgram(program)

/** Prints the table as well. Throws `Error` when a saga came to no defined end, or another one than expected. */
async function playedPage(): Promise<Page> {
  const progress = startProgress()
  const cases = everyCase()
  const expected = await expectedEnds(cases)
  const stack = await startMatrixStack(progress.step)
  try {
    let played = 0
    const onSeen = () => {
      if (++played % 20 === 0) progress.step(`${played} of ${cases.length} sagas have ended`)
    }
    const matrix = await runMatrix(stack.target, { cases, onSeen, idle: stack.idle })
    progress.done()
    const text = stackPage(matrix.seen)
    console.log(text)
    const problems = problemsOf(matrix, expected)
    if (problems.length > 0) throw new Error(problems.join('\n'))
    return { path: stackPagePath, text }
  } finally {
    progress.done()
    await stack.stop()
  }
}

function isWritten({ path, text }: Page): boolean {
  try {
    return readFileSync(path, 'utf8') === text
  } catch {
    return false
  }
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}
