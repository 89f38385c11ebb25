import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { EmbeddedStack, Log } from 'embedded-aws'
import { replaceCode } from '../../localstack/steadfast/replace-code.ts'

const rootDir = resolve(import.meta.dirname, '..', '..')

/** A running stack that follows its sources. */
export interface LiveStackOptions {
  /** The assembly for the sources as they are. Rejects with the reason when there is none. */
  synthesize(): Promise<string>
  /** Starts a stack on the data folder, on the same port each time. */
  start(assemblyDir: string): Promise<EmbeddedStack>
  log: Log
  /** The option of `npm start`; it decides which functions there are. */
  malwareScan?: string | undefined
  /** Functions can be debugged in their sources. */
  debuggable: boolean
}

export interface LiveStack {
  current(): EmbeddedStack
  /** Applies a change of these files; one after the other. Never rejects: what is wrong is logged, and the stack stays as it is. */
  apply(files: readonly string[]): Promise<void>
  stop(): Promise<void>
}

/** What decides on resources, so that new code alone is not enough. */
const isInfra = (file: string) =>
  /^(infra|sagas|app\/catalogue)\//.test(file) || ['app/functions.ts', 'tables/key-shapes.ts'].includes(file)

/**
 * Keeps a stack as its sources are. A change of code is bundled and taken over while the stack runs. A change of resources is synthesized,
 * and the stack starts again on the same data: what is acknowledged is on disk, and requests meet a short pause.
 */
export async function startLiveStack(options: LiveStackOptions): Promise<LiveStack> {
  const { synthesize, start, log, debuggable } = options
  const builds: string[] = []
  /** The synthesized assembly that runs; undefined once its code was replaced. */
  let synthesized: string | undefined = await synthesize()
  let assemblyDir = await asStarted(synthesized)
  let stack = await start(assemblyDir)
  let applying: Promise<void> = Promise.resolve()

  async function asStarted(assembly: string): Promise<string> {
    return debuggable ? withBuilt(await functionsOf(options), assembly) : assembly
  }

  /** The assembly with a build of these functions' sources. */
  async function withBuilt(functions: readonly string[], assembly: string): Promise<string> {
    // Loaded when needed: the bundler would slow every start.
    const { bundle } = await import('../../infra/bundle.ts')
    const dir = mkdtempSync(join(tmpdir(), 'steadfast-build-'))
    builds.push(dir)
    const bundleDir = join(dir, 'bundles')
    const toDir = join(dir, 'assembly')
    await bundle({ names: functions, rootDir, outDir: bundleDir, debuggable })
    replaceCode({ assemblyDir: assembly, toDir, bundleDir, functions })
    return toDir
  }

  async function applyCode(files: readonly string[]): Promise<void> {
    const { functionsWith } = await import('../../infra/bundle.ts')
    const functions = await functionsWith(files, { rootDir, names: await functionsOf(options) })
    if (functions.length === 0) return
    const toDir = await withBuilt(functions, assemblyDir)
    await stack.updateCode(toDir)
    assemblyDir = toDir
    synthesized = undefined
    log.info(
      `${files.join(', ')} changed: ${functions.length === 1 ? functions[0] : `${functions.length} functions`} updated`,
    )
  }

  async function applyInfra(files: readonly string[]): Promise<void> {
    const next = await synthesize()
    if (next === synthesized) return
    const nextDir = await asStarted(next)
    const before = assemblyDir
    await stack.stop()
    try {
      stack = await start(nextDir)
      assemblyDir = nextDir
      synthesized = next
      log.info(`${files.join(', ')} changed: started again on the same data`)
    } catch (error) {
      stack = await start(before)
      throw error
    }
  }

  async function applyChange(files: readonly string[]): Promise<void> {
    const startedAtMs = performance.now()
    try {
      await (files.some(isInfra) ? applyInfra(files) : applyCode(files))
      log.info(`  in ${((performance.now() - startedAtMs) / 1000).toFixed(2)} s`)
    } catch (error) {
      log.warn(
        `${files.join(', ')} changed, but the stack stays as it was: ${error instanceof Error ? error.message : error}`,
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

/** The functions that the stack has, by name. */
async function functionsOf({ malwareScan }: LiveStackOptions): Promise<string[]> {
  const { functionNames } = await import('../../app/functions.ts')
  const { stageNamed, withMalwareScan } = await import('../../infra/stages.ts')
  return functionNames(withMalwareScan(stageNamed('local'), malwareScan))
}
