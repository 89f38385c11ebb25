import { globSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const packageDir = join(import.meta.dirname, '..')
const read = (path: string) => readFileSync(join(packageDir, path), 'utf8')
const sources = globSync('**/*.{ts,mjs}', { cwd: packageDir }).filter((path) => !path.includes('node_modules'))
const isTest = (path: string) => path.startsWith('test')
const { dependencies, devDependencies, exports, bin } = JSON.parse(read('package.json')) as Record<
  'dependencies' | 'devDependencies' | 'exports' | 'bin',
  Record<string, string>
>

/** The packages that a file imports, without Node's own. */
function packagesOf(path: string): string[] {
  const specifiers = [...read(path).matchAll(/^(?:import|export|\}).* from '([^'.][^']*)'$/gm)]
  return specifiers
    .map(([, specifier = '']) => /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? '')
    .filter((name) => !name.startsWith('node:') && !builtinModules.includes(name))
}

describe('the package', () => {
  it('depends on what it imports, and on nothing else', () => {
    const own = sources.filter((path) => !isTest(path))
    const names = Object.keys(dependencies)
    expect([...new Set(own.flatMap(packagesOf))].filter((name) => !names.includes(name))).toEqual([])
    expect(names.filter((name) => !own.some((path) => read(path).includes(`'${name}`)))).toEqual([])
  })

  it('develops with what its tests import', () => {
    const known = new Set([...Object.keys(dependencies), ...Object.keys(devDependencies), '@types/aws-lambda'])
    const imported = new Set(sources.filter(isTest).flatMap(packagesOf))
    expect([...imported].filter((name) => !known.has(name) && !known.has(`@types/${name}`))).toEqual([])
  })

  it('imports nothing from outside of its folder', () => {
    const outside = sources.filter((path) => {
      const ups = '../'.repeat(path.split(/[\\/]/).length)
      return read(path).includes(`'${ups}`)
    })
    expect(outside).toEqual([])
  })

  it('has a file for every entry point and command', () => {
    const files = [...Object.values(exports), ...Object.values(bin)]
    expect(files.length).toBeGreaterThan(5)
    for (const file of files) expect(read(file).length, file).toBeGreaterThan(0)
  })

  it('names no app that runs on it', () => {
    const telling = new RegExp(['stead', 'fast'].join(''), 'i')
    expect([...sources, 'README.md', 'package.json'].filter((path) => telling.test(read(path)))).toEqual([])
  })
})
