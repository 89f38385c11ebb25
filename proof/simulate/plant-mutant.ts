import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { applyMutant, type Mutant } from '../mutants/mutant.ts'

const rootDir = resolve(import.meta.dirname, '../..')

/**
 * Plants a mutant in this process: its files are loaded with their edits from now on, so none of them may have been loaded before. Throws
 * when it does not fit the sources.
 */
export function plantMutant(mutant: Mutant): void {
  const texts = applyMutant(mutant, (file) => readFileSync(resolve(rootDir, file), 'utf8'))
  const edited = new Map([...texts].map(([file, text]) => [pathToFileURL(resolve(rootDir, file)).href, text]))
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context)
      const source = edited.get(url)
      return source === undefined ? loaded : { ...loaded, source }
    },
  })
}
