import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { plantedMutantVariable } from '../../proof/mutants/planted.ts'
import { toolCommand } from '../program/tool.ts'

const rootDir = resolve(import.meta.dirname, '..', '..')

/** Of the report that Vitest writes as JSON. */
interface Report {
  testResults: { name: string; message: string; assertionResults: { status: string }[] }[]
}

/**
 * Runs the unit tests of rules and promises on sources with the mutant until ten have failed, and returns how many did in each file; a file
 * that can't be loaded counts as one. Throws when the tests could not be run.
 */
export async function runUnitTests(mutant: string, signal?: AbortSignal): Promise<Record<string, number>> {
  const dir = mkdtempSync(join(tmpdir(), 'steadfast-unit-tests-'))
  try {
    const file = join(dir, 'report.json')
    const options = ['--config', 'vitest.mutant.config.ts', '--reporter=json', `--outputFile=${file}`]
    const [program, args] = toolCommand('vitest', ['run', ...options])
    const child = spawn(program, args, {
      cwd: rootDir,
      env: { ...process.env, [plantedMutantVariable]: mutant },
      stdio: ['ignore', 'ignore', 'pipe'],
      ...(signal && { signal }),
    })
    const [errors] = await Promise.all([text(child.stderr), once(child, 'exit')])
    return failedTests(readReport(file, errors))
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

function readReport(file: string, errors: string): Report {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    throw new Error(`the unit tests could not be run: ${errors.trim()}`, { cause })
  }
}

function failedTests({ testResults }: Report): Record<string, number> {
  const failed = testResults.flatMap(({ name, message, assertionResults }): [string, number][] => {
    const tests = assertionResults.filter(({ status }) => status === 'failed').length
    // Without a failed test, a message says why the file could not be loaded; one that the run did not get to has none.
    const count = tests || (message === '' ? 0 : 1)
    return count > 0 ? [[relative(rootDir, name).replaceAll('\\', '/'), count]] : []
  })
  return Object.fromEntries(failed.toSorted(([a], [b]) => a.localeCompare(b)))
}
