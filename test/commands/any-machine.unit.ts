import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const rootDir = join(import.meta.dirname, '../..')
const readRootJson = (name: string) => JSON.parse(readFileSync(join(rootDir, name), 'utf8'))

/** Platforms by the names that npm and `process` give them. */
const platforms = ['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64', 'win32-x64'].map((name) => {
  const [os = '', cpu = ''] = name.split('-')
  return { name, os, cpu }
})

interface LockedPackage {
  version: string
  os?: string[]
  cpu?: string[]
  optional?: boolean
}

const lock: { packages: Record<string, LockedPackage> } = readRootJson('package-lock.json')

/** Packages that exist once per platform, by what their names have in common, such as `@esbuild/`. */
function nativeFamilies(): Map<string, LockedPackage[]> {
  const entries = Object.entries(lock.packages).filter(([, { os, cpu }]) => os && cpu)
  const familyOf = ([path, { os }]: [string, LockedPackage]) =>
    path.slice(0, path.lastIndexOf(os?.[0] ?? '')).replace(/^.*node_modules\//, '')
  return new Map(
    Object.entries(Object.groupBy(entries, familyOf)).map(([family, members = []]) => [
      family,
      members.map(([, locked]) => locked),
    ]),
  )
}

describe('npm ci, on macOS, Windows and Linux, x64 and Arm,', () => {
  it.each(platforms)('installs a DynamoDB engine for $name', ({ name, os, cpu }) => {
    const { optionalDependencies } = readRootJson('localstack/embedded/package.json')
    const version = optionalDependencies[`@dynoxide/${name}`]
    expect(version).toMatch(/^\d+\.\d+\.\d+$/)
    expect(lock.packages['localstack/embedded']).toMatchObject({ optionalDependencies })
    expect(lock.packages[`node_modules/@dynoxide/${name}`]).toMatchObject({
      version,
      os: [os],
      cpu: [cpu],
      optional: true,
    })
  })

  it.each(platforms)('finds every other native package for $name', ({ os, cpu }) => {
    const families = [...nativeFamilies()]
    expect(families.length).toBeGreaterThan(3)
    const lacking = families.filter(
      ([, members]) => !members.some((member) => member.os?.includes(os) && member.cpu?.includes(cpu)),
    )
    expect(lacking.map(([family]) => family)).toEqual([])
  })
})

describe('each npm script', () => {
  const scripts = Object.entries<string>(readRootJson('package.json').scripts)

  it.each(scripts)('is one plain command, which cmd.exe understands as well as sh: %s', (_, script) => {
    expect(script).toMatch(/^(exec )?[a-z]+( [\w./:=-]+)*$/)
  })

  it('may begin with exec, because exec.cmd runs what follows it on Windows', () => {
    expect(existsSync(join(rootDir, 'exec.cmd'))).toBe(true)
    expect(readFileSync(join(rootDir, 'exec.cmd'), 'utf8')).toMatch(/^@rem [^\n]*\r?\n@%\*\r?\n$/)
  })
})

describe('the source', () => {
  const folders = '{app,commands,domain,functions,gateways,infra,localstack,proof,sagas,scenarios,tables,test}'
  const sources = globSync(`${folders}/**/*.{ts,mjs}`, { cwd: rootDir }).map((path) => ({
    path,
    text: readFileSync(join(rootDir, path), 'utf8'),
  }))

  it('takes paths from import.meta.dirname or fileURLToPath: the pathname of a URL is no path on Windows', () => {
    expect(sources.length).toBeGreaterThan(500)
    const wrong = sources.filter(({ text }) => /import\.meta\.url\)\.pathname/.test(text))
    expect(wrong.map(({ path }) => path)).toEqual([])
  })

  it('limits how long it waits for a process while it blocks: one that hangs would hold up a test run for ever', () => {
    const calls = sources.flatMap(({ path, text }) =>
      [...text.matchAll(/\b(?:spawnSync|execFileSync)\(.{1,250}/gs)].map(([call]) => ({ path, call })),
    )
    expect(calls.length).toBeGreaterThan(5)
    const unlimited = calls.filter(({ call }) => !/\btimeout|\blimit/.test(call))
    expect(unlimited).toEqual([])
  })

  it('starts the tools of packages by this Node: what npm links in .bin is a shell script on Windows', () => {
    const wrong = sources.filter(({ text }) => /(spawn|spawnSync|execFile)\(\s*'(cdk|vitest|biome|tsc)'/.test(text))
    expect(wrong.map(({ path }) => path)).toEqual([])
  })
})
