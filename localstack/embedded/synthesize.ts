import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'

export interface SynthesizeOptions {
  /** Root of the project: what the paths below are relative to. */
  rootDir: string
  /** The CDK app, such as `infra/app.ts`; it writes the assembly to the folder in `CDK_OUTDIR`. */
  app: string
  /** Files and folders that decide what comes out. */
  inputs: string[]
  /** CDK context, as `-c name=value` gives it. */
  context?: Record<string, string>
  /** Where assemblies are kept, one folder per state of the inputs. */
  outDir: string
  onProgress?: (line: string) => void
}

/**
 * Answers the folder of the assembly for the inputs as they are now, synthesizing it when it is not there. A synth that fails or
 * is killed leaves nothing that looks like an assembly; two at once do no harm. Throws with the app's own words.
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
  onProgress?.('Synthesizing the app (the first time, and after changes)')
  mkdirSync(outDir, { recursive: true })
  const part = mkdtempSync(join(outDir, `${hash}.part-`))
  try {
    await runApp(join(rootDir, app), rootDir, part, context)
    renameIfFirst(part, target)
  } finally {
    rmSync(part, { recursive: true, force: true })
  }
  removeOld(outDir, hash)
  return target
}

/** SHA-256 over names and contents, and over the context; the order of the file system does not matter. */
export function hashInputs(rootDir: string, inputs: string[], context: Record<string, string> = {}): string {
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

async function runApp(app: string, cwd: string, outDir: string, context: Record<string, string>): Promise<void> {
  const child = spawn(process.execPath, [app], {
    cwd,
    // As the CDK CLI hands it on.
    env: { ...process.env, CDK_OUTDIR: outDir, CDK_CONTEXT_JSON: JSON.stringify(context) },
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
  throw new Error(`The app can't be synthesized (${relative(cwd, app)}): ${reason(Buffer.concat(output).toString())}`)
}

/** The line of a Node crash report that says what happened. */
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
    // Another start was faster, with the same inputs.
    if (!existsSync(join(target, 'manifest.json'))) throw error
  }
}

/** A stack that is just starting may still read an assembly that is not the newest. */
const keepForMs = 60 * 60 * 1000

function removeOld(outDir: string, current: string): void {
  for (const name of readdirSync(outDir)) {
    const path = join(outDir, name)
    if (name !== current && Date.now() - statSync(path).mtimeMs > keepForMs)
      rmSync(path, { recursive: true, force: true })
  }
}
