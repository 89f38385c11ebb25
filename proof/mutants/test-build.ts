import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'
import { functionNamesOf } from '../../app/functions.ts'
import { bundle } from '../../infra/bundle.ts'
import { stageOf } from '../../infra/stages.ts'
import { readAssembly } from '../../localstack/embedded/template/assembly.ts'
import { applyMutant, type Mutant } from './mutant.ts'

/** What functions are made of. */
const sources = ['domain', 'tables', 'gateways', 'sagas', 'app', 'functions', 'infra', 'package.json']

export interface TestBuild {
  /** A cloud assembly like the one it was made from, but for what the mutant is in. */
  assemblyDir: string
  /** The functions that have the mutant. */
  functions: string[]
}

/**
 * Builds the app with a mutant in it, in `dir`: a copy of the sources with the mutant's edits, and the functions that include them bundled from
 * there. Everything else is the assembly of the app as it is. Throws when the mutant does not fit the sources, or is in no function.
 */
export async function testBuild(
  mutant: Mutant,
  { rootDir, assemblyDir, dir }: { rootDir: string; assemblyDir: string; dir: string },
): Promise<TestBuild> {
  const sourceDir = join(dir, 'sources')
  const edited = copySources(mutant, rootDir, sourceDir)
  const functions = await functionsWith(edited, sourceDir)
  if (functions.length === 0) throw new Error(`the mutant ${mutant.name} is in no function: ${edited.join(', ')}`)
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

/** Answers the files that were edited. */
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

/** The functions whose bundle includes one of these files. */
async function functionsWith(files: readonly string[], sourceDir: string): Promise<string[]> {
  const functionNames = functionNamesOf(stageOf('local'))
  const { metafile } = await build({
    absWorkingDir: sourceDir,
    entryPoints: Object.fromEntries(functionNames.map((name) => [name, `functions/${name}/handler.ts`])),
    outdir: 'nowhere',
    bundle: true,
    platform: 'node',
    packages: 'external',
    metafile: true,
    write: false,
    logLevel: 'warning',
  })
  const outputs = Object.values(metafile.outputs)
  return functionNames.filter((name) => {
    const output = outputs.find(({ entryPoint }) => entryPoint === `functions/${name}/handler.ts`)
    return files.some((file) => output?.inputs[file] !== undefined)
  })
}

function linkAll(from: string, to: string): void {
  mkdirSync(to)
  for (const name of readdirSync(from)) symlinkSync(join(from, name), join(to, name))
}

/** Where the assembly keeps the code of a function. */
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
