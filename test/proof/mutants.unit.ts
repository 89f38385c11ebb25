import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, relative, resolve } from 'node:path'
import { build } from 'esbuild'
import { describe, expect, it } from 'vitest'
import { bugs } from '../../proof/mutants/bugs/all.ts'
import { type PlantedBug, planted } from '../../proof/mutants/planted-bug.ts'
import { scenarios } from '../../scenarios/all.ts'

const rootDir = resolve(import.meta.dirname, '..', '..')
const read = (file: string) => readFileSync(join(rootDir, file), 'utf8')

describe('a planted bug', () => {
  it.each(bugs)('$name fits the sources: $says', async (bug) => {
    const texts = planted(bug, read)
    expect(texts.size).toBeGreaterThan(0)
    for (const [file, text] of texts) expect(text, file).not.toBe(read(file))
    await expect(bundled([...texts.keys()], texts)).resolves.toBeDefined()
  })

  it.each(bugs)(
    '$name is in functions only: state machines, which a test build takes as they are, have none of it',
    async (bug) => {
      expect(await machinesOf(planted(bug, read))).toEqual(await machinesOf(new Map()))
    },
  )

  it('does not fit where its text is not there exactly once', () => {
    const bug = { name: 'any', says: '', edits: [{ file: 'a.ts', find: 'one', replace: 'two' }] }
    expect(() => planted(bug, () => 'nothing')).toThrow(
      'the bug any does not fit a.ts any more: "one" is there 0 times',
    )
    expect(() => planted(bug, () => 'one and one')).toThrow('there 2 times')
    expect(planted(bug, () => 'just one')).toEqual(new Map([['a.ts', 'just two']]))
  })

  it('is named once, and takes away the guard of one walkthrough', () => {
    const names = bugs.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    const known = new Set<PlantedBug>(bugs)
    for (const { name, withoutGuard } of scenarios) expect(known.has(withoutGuard), name).toBe(true)
    expect(new Set(scenarios.map(({ withoutGuard }) => withoutGuard.name)).size).toBe(scenarios.length)
  })
})

/** One file of these sources, some of them replaced by `texts`. */
async function bundled(entries: readonly string[], texts: ReadonlyMap<string, string>): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: rootDir,
    stdin: {
      contents: entries.map((file) => `export * from './${file}'`).join('\n'),
      resolveDir: rootDir,
      loader: 'ts',
    },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    packages: 'external',
    write: false,
    logLevel: 'silent',
    plugins: [
      {
        name: 'planted',
        setup: ({ onLoad }) =>
          onLoad({ filter: /\.ts$/ }, ({ path }) => {
            const contents = texts.get(relative(rootDir, path))
            return contents === undefined ? undefined : { contents, loader: 'ts' }
          }),
      },
    ],
  })
  return outputFiles[0]?.text ?? ''
}

/** Every saga's state machine, compiled from these sources. */
async function machinesOf(texts: ReadonlyMap<string, string>): Promise<unknown[]> {
  const code = await bundled(['sagas/all.ts', 'sagas/compile.ts'], texts)
  const module = {
    exports: {} as Pick<typeof import('../../sagas/all.ts'), 'sagas'> & typeof import('../../sagas/compile.ts'),
  }
  new Function('module', 'exports', 'require', code)(module, module.exports, createRequire(import.meta.url))
  const { sagas, compile } = module.exports
  return sagas.map((saga) => compile(saga, { functionArn: 'any' }))
}
