import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { EmbeddedStack } from 'embedded-aws'
import { replaceCode } from '../../localstack/steadfast/replace-code.ts'

const rootDir = resolve(import.meta.dirname, '..', '..')

/** A running stack that follows its sources. */
export interface LiveStackOptions {
  /** The assembly for the sources as they are. Rejects with the reason when there is none. */
  synthesize(): Promise<string>
  /** Starts a stack on the data folder, on the same port each time. */
  start(assemblyDir: string): Promise<EmbeddedStack>
  log(line: string): void
}

export interface LiveStack {
  current(): EmbeddedStack
  /** Applies a change of these files; one after the other. Never rejects: what is wrong is logged, and the stack stays as it is. */
  apply(files: readonly string[]): Promise<void>
  stop(): Promise<void>
}

/** What decides on resources, so that new code alone is not enough. */
const isInfra = (file: string) =>
  /^(infra|sagas)\//.test(file) || ['app/functions.ts', 'tables/key-shapes.ts'].includes(file)

/**
 * Keeps a stack as its sources are. A change of code is bundled and taken over while the stack runs. A change of resources is synthesized, and
 * the stack starts again on the same data: what is acknowledged is on disk, and requests meet a short pause.
 */
export async function startLiveStack({ synthesize, start, log }: LiveStackOptions): Promise<LiveStack> {
  let assemblyDir = await synthesize()
  let stack = await start(assemblyDir)
  let applying: Promise<void> = Promise.resolve()
  const builds: string[] = []

  async function applyCode(files: readonly string[]): Promise<void> {
    // Loaded when needed: the bundler would slow every start.
    const { bundle, functionsWith } = await import('../../infra/bundle.ts')
    const { functionNames } = await import('../../app/functions.ts')
    const { stageNamed } = await import('../../infra/stages.ts')
    const functions = await functionsWith(files, { rootDir, names: functionNames(stageNamed('local')) })
    if (functions.length === 0) return
    const dir = mkdtempSync(join(tmpdir(), 'steadfast-build-'))
    builds.push(dir)
    const bundleDir = join(dir, 'bundles')
    const toDir = join(dir, 'assembly')
    await bundle({ names: functions, rootDir, outDir: bundleDir })
    replaceCode({ assemblyDir, toDir, bundleDir, functions })
    await stack.updateCode(toDir)
    assemblyDir = toDir
    log(
      `${files.join(', ')} changed: ${functions.length === 1 ? functions[0] : `${functions.length} functions`} updated`,
    )
  }

  async function applyInfra(files: readonly string[]): Promise<void> {
    const next = await synthesize()
    if (next === assemblyDir) return
    const before = assemblyDir
    await stack.stop()
    try {
      stack = await start(next)
      assemblyDir = next
      log(`${files.join(', ')} changed: started again on the same data`)
    } catch (error) {
      stack = await start(before)
      throw error
    }
  }

  async function applyChange(files: readonly string[]): Promise<void> {
    const startedAtMs = performance.now()
    try {
      await (files.some(isInfra) ? applyInfra(files) : applyCode(files))
      log(`  in ${((performance.now() - startedAtMs) / 1000).toFixed(2)} s`)
    } catch (error) {
      log(
        `! ${files.join(', ')} changed, but the stack stays as it was: ${error instanceof Error ? error.message : error}`,
      )
    }
  }

  return {
    current: () => stack,
    apply(files) {
      applying = applying.then(() => applyChange(files))
      return applying
    },
    async stop() {
      await applying
      await stack.stop()
      for (const dir of builds) rmSync(dir, { recursive: true, force: true })
    },
  }
}
