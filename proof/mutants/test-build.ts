import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { readAssembly } from 'embedded-aws/tools'
import { build } from 'esbuild'
import { functionNames } from '../../app/functions.ts'
import { bundle } from '../../infra/bundle.ts'
import { stageNamed } from '../../infra/stages.ts'
import { applyMutant, type Mutant } from './mutant.ts'

/** Everything that a function's bundle can contain. */
const sources = ['domain', 'tables', 'gateways', 'sagas', 'app', 'functions', 'infra', 'package.json']

export interface TestBuild {
  /** The app's cloud assembly, in which the functions that the mutant changes have other code. */
  assemblyDir: string
  /** The functions that the mutant changes. */
  functions: string[]
}

/**
 * Builds the app with a mutant, in `dir`: copies the sources, applies the edits, and bundles the functions that include an edited file.
 * Everything else comes from the assembly of the app. Throws when the mutant does not fit the sources, or changes no function.
 */
export async function testBuild(
  mutant: Mutant,
  { rootDir, assemblyDir, dir }: { rootDir: string; assemblyDir: string; dir: string },
): Promise<TestBuild> {
  const sourceDir = join(dir, 'sources')
  const edited = copySources(mutant, rootDir, sourceDir)
  const functions = await functionsWith(edited, sourceDir)
  if (functions.length === 0)
    throw new Error(`the mutant ${mutant.name} changes no function: none includes ${edited.join(', ')}`)
  const bundleDir = join(dir, 'bundles')
  await bundle({ names: functions, rootDir: sourceDir, outDir: bundleDir })
  const builtDir = join(dir, 'assembly')
  linkAll(assemblyDir, builtDir)
  for (const name of functions) {
    const asset = assetOf(name, builtDir)
    rmSync(asset, { force: true })
    symlinkSync(join(bundleDir, name), asset)
  }
  return { assemblyDir: builtDir, functions }
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

/** The names of the functions whose bundle includes one of these files. */
async function functionsWith(files: readonly string[], sourceDir: string): Promise<string[]> {
  const names = functionNames(stageNamed('local'))
  const { metafile } = await build({
    absWorkingDir: sourceDir,
    entryPoints: Object.fromEntries(names.map((name) => [name, `functions/${name}/handler.ts`])),
    outdir: 'nowhere',
    bundle: true,
    platform: 'node',
    packages: 'external',
    metafile: true,
    write: false,
    logLevel: 'warning',
  })
  const outputs = Object.values(metafile.outputs)
  return names.filter((name) => {
    const output = outputs.find(({ entryPoint }) => entryPoint === `functions/${name}/handler.ts`)
    return files.some((file) => output?.inputs[file] !== undefined)
  })
}

function linkAll(from: string, to: string): void {
  mkdirSync(to)
  for (const name of readdirSync(from)) symlinkSync(join(from, name), join(to, name))
}

/** The path of a function's code in the assembly. */
function assetOf(name: string, assemblyDir: string): string {
  for (const { template, assets } of readAssembly(assemblyDir))
    for (const { Type, Properties } of Object.values(template.Resources ?? {})) {
      if (Type !== 'AWS::Lambda::Function' || !String(Properties?.FunctionName).endsWith(`-${name}`)) continue
      const code = Properties?.Code as { S3Key: string }
      const asset = assets.get(code.S3Key)
      if (asset) return asset
    }
  throw new Error(`the assembly has no function ${name}`)
}
