import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { delimiter, dirname, join, relative } from 'node:path'

export interface SynthesizeOptions {
  /** Root of the project; the paths below are relative to it. */
  rootDir: string
  /** The command that runs the CDK app, such as `node infra/app.ts`: the `app` of `cdk.json`. */
  app: string
  /** Files and folders that the assembly depends on. */
  inputs: string[]
  /** CDK context, as set by `-c name=value`. */
  context?: Record<string, string>
  /** Cache of assemblies, one folder per hash of the inputs. */
  outDir: string
  onProgress?: (line: string) => void
}

/**
 * Returns the folder of the assembly for the current inputs, and synthesizes it when it is not cached. A synth that fails or is killed
 * leaves no assembly behind, and two at once are safe. Throws an error with the app's own message.
 */
export async function synthesize({
  rootDir,
  app,
  inputs,
  context = {},
  outDir,
  onProgress,
}: SynthesizeOptions): Promise<string> {
  const hash = hashInputs(rootDir, inputs, context)
  const target = join(outDir, hash)
  if (existsSync(join(target, 'manifest.json'))) return target
  onProgress?.('Synthesizing the app (only the first time and after changes)')
  mkdirSync(outDir, { recursive: true })
  const part = mkdtempSync(join(outDir, `${hash}.part-`))
  try {
    await synthesizeTo(part, { app, rootDir, context })
    renameIfFirst(part, target)
  } finally {
    rmSync(part, { recursive: true, force: true })
  }
  removeOld(outDir, hash)
  return target
}

/** A hash of file names, contents and context. It does not depend on the order in which the file system lists files. */
function hashInputs(rootDir: string, inputs: string[], context: Record<string, string> = {}): string {
  const hash = createHash('sha256').update(process.versions.node.split('.')[0] ?? '')
  for (const file of inputs.flatMap((input) => filesIn(join(rootDir, input))).sort()) {
    const content = readFileSync(file)
    hash.update(`${relative(rootDir, file)}\0${content.length}\0`).update(content)
  }
  for (const [name, value] of Object.entries(context).toSorted()) hash.update(`${JSON.stringify([name, value])}\0`)
  return hash.digest('hex').slice(0, 16)
}

function filesIn(path: string): string[] {
  if (!existsSync(path)) return []
  if (!statSync(path).isDirectory()) return [path]
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

/**
 * Runs the app, which writes its assembly into `outDir`. `node` in its command means the Node that runs this. Throws an error with the
 * app's own message.
 */
export async function synthesizeTo(
  outDir: string,
  { app, rootDir, context = {} }: Pick<SynthesizeOptions, 'app' | 'rootDir' | 'context'>,
): Promise<void> {
  const child = spawn(app, {
    cwd: rootDir,
    shell: true,
    // As the CDK CLI passes them. CDK's validation of templates is half of a synth; it runs before each deploy instead.
    env: {
      ...withNodeFirst(process.env),
      CDK_OUTDIR: outDir,
      CDK_CONTEXT_JSON: JSON.stringify(context),
      CDK_VALIDATION: 'false',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code === 0 && existsSync(join(outDir, 'manifest.json'))) return
  throw new Error(`The CDK app (${app}) could not be synthesized: ${reason(Buffer.concat(output).toString())}`)
}

function withNodeFirst(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  // Windows has it as `Path`.
  const name = Object.keys(env).find((key) => key.toUpperCase() === 'PATH') ?? 'PATH'
  return { ...env, [name]: [dirname(process.execPath), env[name]].filter(Boolean).join(delimiter) }
}

/** The line of the output that states the error. */
function reason(output: string): string {
  const lines = output.split('\n').map((line) => line.trim())
  return (
    lines.find((line) => /^(\w*Error|✘ \[ERROR\])/.test(line)) ?? lines.filter(Boolean).at(-1) ?? 'it printed nothing'
  )
}

function renameIfFirst(part: string, target: string): void {
  try {
    renameSync(part, target)
  } catch (error) {
    // Another start finished the same synth first.
    if (!existsSync(join(target, 'manifest.json'))) throw error
  }
}

/** A stack that is starting may still read an older assembly. */
const keepForMs = 60 * 60 * 1000

function removeOld(outDir: string, current: string): void {
  for (const name of readdirSync(outDir)) {
    const path = join(outDir, name)
    if (name !== current && Date.now() - statSync(path).mtimeMs > keepForMs)
      rmSync(path, { recursive: true, force: true })
  }
}
