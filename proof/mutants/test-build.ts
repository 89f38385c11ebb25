import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { functionNames } from '../../app/functions.ts'
import { bundle, functionsWith } from '../../infra/bundle.ts'
import { stageNamed } from '../../infra/stages.ts'
import { replaceCode } from '../../localstack/steadfast/replace-code.ts'
import { applyMutant, type Mutant } from './mutant.ts'

/** Everything that a function's bundle can contain. */
const sources = [
  'domain',
  'tables',
  'gateways',
  'sagas',
  'app',
  'functions',
  'infra',
  'console',
  'package.json',
  'tsconfig.json',
]

/** What an operator's commands run beside the stack. */
const operatorCode = 'app/restore/'

export interface TestBuild {
  /** The app's cloud assembly, in which the functions that the mutant changes have other code. */
  assemblyDir: string
  /** The sources with the mutant: for code that an operator runs, and no function. */
  sourceDir: string
  /** The functions that the mutant changes. */
  functions: string[]
}

/**
 * Builds the app with a mutant, in `dir`: copies the sources, applies the edits, and bundles the functions that include an edited file.
 * Everything else comes from the assembly of the app. Throws when the mutant does not fit the sources, or changes neither a function nor
 * what an operator runs.
 */
export async function testBuild(
  mutant: Mutant,
  { rootDir, assemblyDir, dir }: { rootDir: string; assemblyDir: string; dir: string },
): Promise<TestBuild> {
  const sourceDir = join(dir, 'sources')
  const edited = copySources(mutant, rootDir, sourceDir)
  const functions = await functionsWith(edited, { rootDir: sourceDir, names: functionNames(stageNamed('local')) })
  if (functions.length === 0 && !edited.every((file) => file.startsWith(operatorCode)))
    throw new Error(`the mutant ${mutant.name} changes no function: none includes ${edited.join(', ')}`)
  const bundleDir = join(dir, 'bundles')
  await bundle({ names: functions, rootDir: sourceDir, outDir: bundleDir })
  const builtDir = join(dir, 'assembly')
  replaceCode({ assemblyDir, toDir: builtDir, bundleDir, functions })
  return { assemblyDir: builtDir, sourceDir, functions }
}

/** Copies the sources with the mutant's edits, and returns the files that were edited. */
function copySources(mutant: Mutant, rootDir: string, sourceDir: string): string[] {
  const texts = applyMutant(mutant, (file) => readFileSync(join(rootDir, file), 'utf8'))
  for (const source of sources) {
    mkdirSync(dirname(join(sourceDir, source)), { recursive: true })
    cpSync(join(rootDir, source), join(sourceDir, source), { recursive: true })
  }
  symlinkSync(join(rootDir, 'node_modules'), join(sourceDir, 'node_modules'))
  for (const [file, text] of texts) writeFileSync(join(sourceDir, file), text)
  return [...texts.keys()]
}
