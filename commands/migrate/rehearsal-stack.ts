import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { previousVersion } from '../../proof/migration/previous-version.ts'
import type { RehearsalStack } from '../../proof/migration/rehearse.ts'
import { startMutantStack } from '../../proof/mutants/mutant-stack.ts'
import { testBuild } from '../../proof/mutants/test-build.ts'
import { cachedTokens } from '../load/cached-tokens.ts'
import { synthesizeApp } from '../stack/synthesize-app.ts'

const rootDir = resolve(import.meta.dirname, '..', '..')

/** A stack that starts with the previous version, on throw-away data. */
export async function startRehearsalStack(
  onStep: (step: string) => void,
): Promise<RehearsalStack & { stop(): Promise<void> }> {
  const dir = mkdtempSync(join(tmpdir(), 'steadfast-migration-'))
  const dataDir = join(dir, 'data')
  const assemblyDir = await synthesizeApp(onStep)
  onStep('Building the previous version')
  const { assemblyDir: previous } = await testBuild(previousVersion, { rootDir, assemblyDir, dir: join(dir, 'build') })
  const stack = await startMutantStack(previous, dataDir)
  return {
    dataDir,
    tokenFor: cachedTokens(dataDir),
    onStep,
    async deploy(version) {
      await stack.stop()
      await stack.startAgain(version === 'previous' ? previous : assemblyDir)
    },
    runNext: () => runNext(dataDir),
    async stop() {
      await stack.stop()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

function runNext(dataDir: string): ReturnType<RehearsalStack['runNext']> {
  const program = join(rootDir, 'commands', 'migrate.ts')
  // Slow enough that it can be killed and halted on the way.
  const args = [
    program,
    'next',
    'priority-scale',
    '--data',
    dataDir,
    '--chunk',
    '4',
    '--rate',
    '30',
    '--by',
    'rehearsal',
  ]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)))
  const ended = once(child, 'exit').then(([code]) => ({ code: code as number | null, output }))
  return {
    ended,
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
