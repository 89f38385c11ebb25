import { globSync } from 'node:fs'
import { join } from 'node:path'
import { outputOf } from './run-tool.ts'

const javaMin = 17

/** The tools that LocalStack needs besides Node. */
export interface Tools {
  python: string
  javaHome: string
}

/** A tool is missing or too old. The message is one line that says which, and what to do. */
export class MissingToolError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'MissingToolError'
  }
}

/** Throws {@link MissingToolError} when LocalStack can't run here. */
export async function findTools(): Promise<Tools> {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new MissingToolError(
      `LocalStack without Docker needs Linux on x86-64, this is ${process.platform} on ${process.arch}: use localstack/compose.yaml`,
    )
  const python = await findPython([3, 13])
  const javaHome = await findJavaHome()
  if ((await outputOf('mvn', ['--version'])) === undefined)
    throw new MissingToolError('mvn is missing: install Maven, which gets DynamoDB Local')
  return { python, javaHome }
}

/** The newest Python of at least that version: what PYTHON names, on the path, or installed by pyenv. Throws {@link MissingToolError}. */
export async function findPython([major, minor]: readonly [number, number]): Promise<string> {
  for (const candidate of await pythons()) {
    const version = await outputOf(candidate, ['-c', 'import sys; print(*sys.version_info[:2])'])
    const [foundMajor = 0, foundMinor = 0] = (version ?? '').split(' ').map(Number)
    if (foundMajor === major && foundMinor >= minor) return candidate
  }
  throw new MissingToolError(
    `Python ${major}.${minor} or newer is missing: install it, or name its path in the variable PYTHON`,
  )
}

async function pythons(): Promise<string[]> {
  if (process.env.PYTHON) return [process.env.PYTHON]
  const pyenv = await outputOf('pyenv', ['root'])
  const byPyenv = pyenv ? globSync(join(pyenv, 'versions', '3.*', 'bin', 'python3')) : []
  return ['python3.13', 'python3.14', 'python3', ...byPyenv.toSorted().toReversed()]
}

async function findJavaHome(): Promise<string> {
  const settings = (await outputOf('java', ['-XshowSettings:properties', '-version'])) ?? ''
  const [, home] = /^ *java\.home = (.+)$/m.exec(settings) ?? []
  const [, version = '0'] = /^ *java\.specification\.version = (\d+)/m.exec(settings) ?? []
  if (home === undefined || Number(version) < javaMin)
    throw new MissingToolError(`Java ${javaMin} or newer is missing: install a JDK, which runs DynamoDB Local`)
  if ((await outputOf('javac', ['-version'])) === undefined)
    throw new MissingToolError('javac is missing: install a JDK, which compiles the main class of DynamoDB Local')
  return home
}
