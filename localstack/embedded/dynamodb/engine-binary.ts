import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** The machine as far as it decides on the binary; from `process` unless a test says otherwise. */
export interface Machine {
  env: Record<string, string | undefined>
  platform: string
  arch: string
}

/** The version of the optional dependency, which the tests are run with. */
const testedVersion = '1.2.1'

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
    `the DynamoDB engine for ${platform}-${arch} is not installed: run "npm install --no-save ${name}@${testedVersion}", ` +
      `or set DYNOXIDE_BIN to a dynoxide ${testedVersion} binary (https://github.com/nubo-db/dynoxide)`,
  )
}

function packageFolder(name: string): string | undefined {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`))
  } catch {
    return undefined
  }
}

/**
 * The line to tell about a binary that `DYNOXIDE_BIN` names; undefined for the optional dependency. Throws one line for what is no
 * dynoxide, or one that is older than the tested one.
 */
export function describeChosenBinary(binary: string, { env }: Pick<Machine, 'env'> = process): string | undefined {
  if (!env.DYNOXIDE_BIN) return undefined
  const { stdout } = spawnSync(binary, ['--version'], { encoding: 'utf8', timeout: 10_000 })
  const [, version] = /^dynoxide (\d+\.\d+\.\d+\S*)/.exec(stdout ?? '') ?? []
  if (version === undefined) {
    throw new Error(`DYNOXIDE_BIN points at ${binary}, which does not answer --version as dynoxide does`)
  }
  if (version.localeCompare(testedVersion, 'en', { numeric: true }) < 0) {
    throw new Error(
      `DYNOXIDE_BIN points at dynoxide ${version}, which is older than ${testedVersion}: take a newer one, or unset it`,
    )
  }
  const newer = version === testedVersion ? '' : `; it is tested with ${testedVersion}`
  return `DynamoDB runs on dynoxide ${version} (DYNOXIDE_BIN)${newer}`
}
