import { statSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { bundling } from '../../../console/bundling.ts'

const consoleDir = resolve(import.meta.dirname, '../../../console')

/** The files of the console as a browser gets them. */
export interface ConsoleFiles {
  html: string
  icon: string
  script: string
  style: string
}

/** Bundles the console when it is first asked for, and again when a source has changed since. Rejects with what does not compile. */
export function createBundler(): () => Promise<ConsoleFiles> {
  let newestMs = 0
  let files: Promise<ConsoleFiles> | undefined
  return async () => {
    const changedMs = await lastChangeMs()
    if (!files || changedMs > newestMs) {
      newestMs = changedMs
      files = bundleConsole()
      // What failed is tried again.
      files.catch(() => {
        files = undefined
      })
    }
    return files
  }
}

export async function bundleConsole(): Promise<ConsoleFiles> {
  // Loaded when needed: the bundler would slow every start.
  const { build } = await import('esbuild')
  const { outputFiles } = await build({
    absWorkingDir: consoleDir,
    entryPoints: { console: 'main.ts', style: 'styles/console.css' },
    ...bundling,
  })
  const text = (ending: string) => outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? ''
  const source = (name: string) => readFile(join(consoleDir, name), 'utf8')
  const [html, icon] = await Promise.all([source('index.html'), source('icon.svg')])
  return { html, icon, script: text('console.js'), style: text('style.css') }
}

async function lastChangeMs(): Promise<number> {
  const names = await readdir(consoleDir, { recursive: true })
  return Math.max(...names.map((name) => statSync(join(consoleDir, name)).mtimeMs))
}
