import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, relative, resolve } from 'node:path'
import { build } from 'esbuild'
import { describe, expect, it } from 'vitest'
import { findMutant, mutants } from '../../proof/mutants/all.ts'
import { loadMutants } from '../../proof/mutants/load-mutants.ts'
import { applyMutant } from '../../proof/mutants/mutant.ts'
import { simulatedMutants } from '../../proof/simulate/mutants.ts'
import { findScenarioByMutant, ownCases, scenarios } from '../../scenarios/all.ts'

const rootDir = resolve(import.meta.dirname, '..', '..')
const read = (file: string) => readFileSync(join(rootDir, file), 'utf8')

describe('a scenario', () => {
  it.each(scenarios)('$name attacks what its mutants break, and nothing else', ({ invariants, mutants: own }) => {
    const broken = own.flatMap(({ breaks }) => breaks)
    expect(new Set(invariants)).toEqual(new Set(broken))
    for (const { breaks } of own) expect(breaks).not.toEqual([])
  })
})

const everyMutant = new Set([...mutants, ...simulatedMutants, ...loadMutants.map(({ mutant }) => mutant)])

describe('a mutant', () => {
  it.each([...everyMutant])('$name fits the sources, and they still compile: $description', async (mutant) => {
    const texts = applyMutant(mutant, read)
    expect(texts.size).toBeGreaterThan(0)
    for (const [file, text] of texts) expect(text, file).not.toBe(read(file))
    await expect(bundled([...texts.keys()], texts)).resolves.toBeDefined()
  })

  it('changes functions only: a test build takes over the state machines as they are', async () => {
    const unchanged = await compileSagas(new Map())
    const touching = mutants
      .map((mutant) => ({ name: mutant.name, texts: applyMutant(mutant, read) }))
      .filter(({ texts }) => [...texts.keys()].some((file) => unchanged.sources.includes(file)))
    expect(touching.length).toBeGreaterThan(0)
    for (const { name, texts } of touching)
      expect((await compileSagas(texts)).stateMachines, name).toEqual(unchanged.stateMachines)
  })

  it('no longer fits when the file does not contain its text exactly once', () => {
    const mutant = { name: 'any', description: '', edits: [{ file: 'a.ts', find: 'one', replace: 'two' }] }
    expect(() => applyMutant(mutant, () => 'nothing')).toThrow(
      'the mutant any no longer fits a.ts: the text "one" occurs 0 times instead of once',
    )
    expect(() => applyMutant(mutant, () => 'one and one')).toThrow('occurs 2 times instead of once')
    expect(applyMutant(mutant, () => 'just one')).toEqual(new Map([['a.ts', 'just two']]))
  })

  it('is found by its name, which is unique', () => {
    for (const mutant of mutants) expect(findMutant(mutant.name)).toBe(mutant)
    expect(() => findMutant('nonsense')).toThrow('there is no mutant nonsense: it must be one of ')
  })

  it('takes away the guard of exactly one scenario', () => {
    expect(
      ownCases()
        .map(({ mutant }) => mutant.name)
        .toSorted(),
    ).toEqual(mutants.map(({ name }) => name).toSorted())
    for (const { mutant, scenario } of ownCases()) expect(findScenarioByMutant(mutant)).toBe(scenario)
    const unknown = { name: 'unknown', description: '', edits: [] }
    expect(() => findScenarioByMutant(unknown)).toThrow('no scenario has the mutant unknown as its own')
  })
})

interface Bundle {
  code: string
  /** The files that it was made of, from the root of the repository. */
  sources: string[]
}

/** Bundles the entries from these sources, with some files replaced by `texts`. */
async function bundled(entries: readonly string[], texts: ReadonlyMap<string, string>): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
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
    metafile: true,
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
  return { code: outputFiles[0]?.text ?? '', sources: Object.keys(metafile.inputs) }
}

/** The state machine of every saga, compiled from these sources, and the files that decide about it. */
async function compileSagas(
  texts: ReadonlyMap<string, string>,
): Promise<Pick<Bundle, 'sources'> & { stateMachines: unknown[] }> {
  const { code, sources } = await bundled(['sagas/all.ts', 'sagas/compile.ts'], texts)
  const module = {
    exports: {} as Pick<typeof import('../../sagas/all.ts'), 'sagas'> & typeof import('../../sagas/compile.ts'),
  }
  new Function('module', 'exports', 'require', code)(module, module.exports, createRequire(import.meta.url))
  const { sagas, compile } = module.exports
  return { sources, stateMachines: sagas.map((saga) => compile(saga, { functionArn: 'any' })) }
}
