import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** The oldest Python that the pinned packages run on. */
const versionMin = [3, 11] as const

/** Where boto3 and the AWS CLI are installed. */
export const packages = join(import.meta.dirname, '.packages')

/** The interpreter of an environment with boto3 and the AWS CLI, made once for each contents of their list; or why there is none. */
export function pythonWithClients(): { python: string } | { missing: string } {
  const requirements = join(import.meta.dirname, 'requirements.txt')
  const base = ['python3.13', 'python3.12', 'python3.11', 'python3', 'python'].find(isNewEnough)
  if (base === undefined) return { missing: `Python ${versionMin.join('.')} or newer is missing: install it` }
  const name = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 16)
  const folder = join(packages, name)
  if (!existsSync(folder)) {
    mkdirSync(packages, { recursive: true })
    // Made aside, so that what is there is whole; scripts are not used, so it may move.
    const aside = mkdtempSync(`${folder}-`)
    try {
      run(base, ['-m', 'venv', aside])
      const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps', '--no-compile']
      run(pythonIn(aside), [...install, '--requirement', requirements])
      renameSync(aside, folder)
    } finally {
      rmSync(aside, { recursive: true, force: true })
    }
  }
  return { python: pythonIn(folder) }
}

function pythonIn(folder: string): string {
  return process.platform === 'win32' ? join(folder, 'Scripts', 'python.exe') : join(folder, 'bin', 'python')
}

function isNewEnough(python: string): boolean {
  const { stdout } = spawnSync(python, ['-c', 'import sys; print(*sys.version_info[:2])'], {
    encoding: 'utf8',
    timeout: 60_000,
  })
  const [major = 0, minor = 0] = (stdout ?? '').split(' ').map(Number)
  return major === versionMin[0] && minor >= versionMin[1]
}

function run(program: string, args: string[]): void {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8', timeout: 600_000 })
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed: ${error ?? stderr}`)
}
