import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { Command } from 'commander'
import { makePages, type Page } from '../proof/pages/pages.ts'
import { runCommand } from './run-command.ts'

const program = new Command('npm run docs --')
  .description(
    'Makes the pages that come from the code: each saga’s picture and price, and what each failure leads to.',
  )
  .option('--check', 'write nothing, and exit 1 when a page is not what the code makes')
  .action(async ({ check }: { check?: true }) => {
    const pages = await makePages()
    const stale = pages.filter((page) => !isWritten(page))
    for (const { path, text } of stale) {
      if (!check) write(path, text)
      console.log(check ? `${path} is out of step with the code: npm run docs` : `wrote ${path}`)
    }
    if (check && stale.length > 0) process.exitCode = 1
    if (stale.length === 0) console.log(`${pages.length} pages are as the code makes them`)
  })

await runCommand(program)

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
