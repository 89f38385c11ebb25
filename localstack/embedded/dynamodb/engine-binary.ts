import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** The machine as far as it decides on the binary; from `process` unless a test says otherwise. */
export interface Machine {
  env: Record<string, string | undefined>
  platform: string
  arch: string
}

/**
 * Path of the dynoxide binary: `DYNOXIDE_BIN`, else the optional dependency built for this platform.
 * Throws one line that says what to install or set.
 */
export function findEngineBinary({ env, platform, arch }: Machine = process): string {
  const chosen = env.DYNOXIDE_BIN
  if (chosen) {
    if (existsSync(chosen)) return chosen
    throw new Error(`DYNOXIDE_BIN points at ${chosen}, which does not exist`)
  }
  const name = `@dynoxide/${platform}-${arch}`
  const folder = packageFolder(name)
  const binary = folder && join(folder, platform === 'win32' ? 'dynoxide.exe' : 'dynoxide')
  if (binary && existsSync(binary)) return binary
  throw new Error(
    `the DynamoDB engine for ${platform}-${arch} is not installed: run "npm install --no-save ${name}@1.2.1", ` +
      'or set DYNOXIDE_BIN to a dynoxide 1.2.1 binary (https://github.com/nubo-db/dynoxide)',
  )
}

function packageFolder(name: string): string | undefined {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`))
  } catch {
    return undefined
  }
}
