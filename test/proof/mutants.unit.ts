import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, relative, resolve } from 'node:path'
import { build } from 'esbuild'
import { describe, expect, it } from 'vitest'
import { mutants } from '../../proof/mutants/all.ts'
import { applyMutant, type Mutant } from '../../proof/mutants/mutant.ts'
import { scenarios } from '../../scenarios/all.ts'

const rootDir = resolve(import.meta.dirname, '..', '..')
const read = (file: string) => readFileSync(join(rootDir, file), 'utf8')

describe('a mutant', () => {
  it.each(mutants)('$name fits the sources: $says', async (mutant) => {
    const texts = applyMutant(mutant, read)
    expect(texts.size).toBeGreaterThan(0)
    for (const [file, text] of texts) expect(text, file).not.toBe(read(file))
    await expect(bundled([...texts.keys()], texts)).resolves.toBeDefined()
  })

  it.each(mutants)(
    '$name is in functions only: state machines, which a test build takes as they are, have none of it',
    async (mutant) => {
      expect(await machinesOf(applyMutant(mutant, read))).toEqual(await machinesOf(new Map()))
    },
  )

  it('does not fit where its text is not there exactly once', () => {
    const mutant = { name: 'any', says: '', edits: [{ file: 'a.ts', find: 'one', replace: 'two' }] }
    expect(() => applyMutant(mutant, () => 'nothing')).toThrow(
      'the mutant any does not fit a.ts any more: "one" is there 0 times',
    )
    expect(() => applyMutant(mutant, () => 'one and one')).toThrow('there 2 times')
    expect(applyMutant(mutant, () => 'just one')).toEqual(new Map([['a.ts', 'just two']]))
  })

  it('is named once, and takes away the guard of one scenario', () => {
    const names = mutants.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    const known = new Set<Mutant>(mutants)
    for (const { name, mutant } of scenarios) expect(known.has(mutant), name).toBe(true)
    expect(new Set(scenarios.map(({ mutant }) => mutant.name)).size).toBe(scenarios.length)
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
        name: 'apply-mutant',
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
