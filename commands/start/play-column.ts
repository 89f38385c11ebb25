import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { ColumnMessage, PlayedVerdict } from '../../console/wire-play.ts'
import { findMutant } from '../../proof/mutants/all.ts'
import { startMutantStack } from '../../proof/mutants/mutant-stack.ts'
import { openTarget } from '../../proof/target.ts'
import { findScenario } from '../../scenarios/all.ts'
import {
  guardedVerdict,
  playedPicture,
  playedStep,
  unguardedVerdict,
} from '../../scenarios/runner/report/played-scenario.ts'
import { runMutant } from '../../scenarios/runner/run-mutant.ts'
import { type RunOptions, runScenario } from '../../scenarios/runner/run-scenario.ts'
import { synthesizeApp } from '../stack/synthesize-app.ts'
import { tellParent } from './tell-parent.ts'

// Plays a scenario for the console on a stack of its own, step by step: `node play-column.ts SCENARIO [MUTANT]`. Each message `{upTo: n}`
// from the parent lets it go on up to that step. Ends with its stack when the parent disconnects or dies.

const rootDir = resolve(import.meta.dirname, '../..')
const [, , scenarioName = '', mutantName] = process.argv
const scenario = findScenario(scenarioName)
const stopped = new AbortController()
const { signal } = stopped

/** A page that is forgotten must not hold its stacks for ever. */
const timeoutMs = 30 * 60_000

let allowed = 0
let changed = Promise.withResolvers<void>()
const wake = () => {
  changed.resolve()
  changed = Promise.withResolvers()
}
process.on('message', ({ upTo }: { upTo: number }) => {
  allowed = Math.max(allowed, upTo)
  wake()
})
const leave = () => {
  stopped.abort()
  wake()
}
process.once('disconnect', leave)

const tell = (message: ColumnMessage) => tellParent(message)

/** Waits for the presenter. */
async function allowedUpTo(number: number, does?: string): Promise<void> {
  const step = { number, ...(does !== undefined && { does }) }
  if (allowed < number) void tell({ kind: 'waiting', ...step })
  const forgotten = setTimeout(() => {
    void tell({ kind: 'failed', why: 'nobody went on for half an hour' })
    leave()
  }, timeoutMs)
  while (allowed < number && !signal.aborted) await changed.promise
  clearTimeout(forgotten)
  signal.throwIfAborted()
  void tell({ kind: 'running', ...step })
}

let begun = 0
const options: RunOptions = {
  signal,
  async onStepStart(description, number) {
    begun = number
    await allowedUpTo(number, description.do)
  },
  onStepDrawn: (picture, number) => void tell({ kind: 'drawn', number, picture: playedPicture(picture) }),
  onStepEnd: (step, number) => void tell({ kind: 'step', number, step: playedStep(step, mutantName === undefined) }),
  onCheck: () => allowedUpTo(begun + 1),
}

async function withGuard(assemblyDir: string): Promise<PlayedVerdict> {
  const dataDir = mkdtempSync(join(tmpdir(), 'steadfast-play-'))
  try {
    const stack = await startMutantStack(assemblyDir, dataDir)
    try {
      return guardedVerdict(await runScenario(scenario, openTarget({ dataDir }), { ...options, stack }))
    } finally {
      await stack.stop()
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
}

async function withoutGuard(name: string, assemblyDir: string): Promise<PlayedVerdict> {
  return unguardedVerdict(await runMutant({ mutant: findMutant(name), scenario }, { rootDir, assemblyDir }, options))
}

try {
  const assemblyDir = await synthesizeApp((text) => void tell({ kind: 'progress', text }))
  void tell({
    kind: 'progress',
    text: mutantName === undefined ? 'Starting a stack' : 'Building the mistake in, and starting a stack with it',
  })
  const verdict = await (mutantName === undefined ? withGuard(assemblyDir) : withoutGuard(mutantName, assemblyDir))
  await tell({ kind: 'verdict', verdict })
} catch (error) {
  if (!signal.aborted) throw error
} finally {
  // The channel would keep the process.
  if (process.connected) process.disconnect()
}
