import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'

/** What a function is started with: its file in the bundle and the export in it. */
export const entryPoint = 'index.handler'

/**
 * Bundles every function by one esbuild call, as it parses what they share once: `<outDir>/<name>/index.js`, everything
 * included (emulators do not bring the AWS SDK). The same sources give the same bytes, so an unchanged function keeps its asset.
 * Throws when a handler is missing or does not compile.
 */
export async function bundle(options: {
  names: readonly string[]
  /** Root of the repository. */
  rootDir: string
  outDir: string
}): Promise<void> {
  const { names, rootDir, outDir } = options
  const sourceOf = (name: string) => `functions/${name}/handler.ts`
  const missing = names.map(sourceOf).filter((source) => !existsSync(join(rootDir, source)))
  if (missing.length > 0) throw new Error(`app/functions.ts lists functions without code: ${missing.join(', ')}`)
  await rm(outDir, { recursive: true, force: true })
  await build({
    absWorkingDir: rootDir,
    entryPoints: Object.fromEntries(names.map((name) => [`${name}/index`, sourceOf(name)])),
    outdir: outDir,
    bundle: true,
    platform: 'node',
    target: 'node24',
    // CommonJS: what the AWS SDK requires at run time works without a shim.
    format: 'cjs',
    // The ES modules of a package are the ones that can be tree-shaken.
    mainFields: ['module', 'main'],
    minify: true,
    // Step Functions and Lambda tell errors apart by their name.
    keepNames: true,
    legalComments: 'none',
    logLevel: 'warning',
  })
}
