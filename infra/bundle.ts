import { existsSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { build, type Plugin } from 'esbuild'
import { consoleFiles } from './bundle-console.ts'

/** The Lambda handler setting of every function: file in the bundle, then export. */
export const entryPoint = 'index.handler'

/**
 * Bundles each function into `<outDir>/<name>/index.js`, with all its dependencies (emulators do not provide the AWS SDK). One esbuild call
 * bundles all of them, so shared modules are parsed once. The output is deterministic: an unchanged function keeps its asset. Returns the
 * paths of the sources that are in the bundles, from the root. Throws `Error` when a handler is missing or does not compile.
 */
export async function bundle(options: {
  names: readonly string[]
  /** Root of the repository. */
  rootDir: string
  outDir: string
  /** Allows breakpoints in the sources: bundles are not minified, and each has a source map beside it. */
  debuggable?: boolean
}): Promise<string[]> {
  const { names, rootDir, outDir, debuggable = false } = options
  const sourceOf = (name: string) => `functions/${name}/handler.ts`
  const missing = names.map(sourceOf).filter((source) => !existsSync(join(rootDir, source)))
  if (missing.length > 0) throw new Error(`Functions in app/functions.ts have no handler: create ${missing.join(', ')}`)
  await rm(outDir, { recursive: true, force: true })
  const bundledConsole = consoleFiles(rootDir)
  const { metafile } = await build({
    absWorkingDir: rootDir,
    entryPoints: Object.fromEntries(names.map((name) => [`${name}/index`, sourceOf(name)])),
    outdir: outDir,
    bundle: true,
    metafile: true,
    platform: 'node',
    target: 'node24',
    // In an ES module, the require calls of the AWS SDK would need a shim.
    format: 'cjs',
    // Only the ES modules of a package can be tree-shaken.
    mainFields: ['module', 'main'],
    minify: !debuggable,
    ...(debuggable && { sourcemap: 'linked' as const }),
    plugins: [bundledConsole.plugin, ...(debuggable ? [withoutMapsOfPackages] : [])],
    // Step Functions matches errors by name.
    keepNames: true,
    legalComments: 'none',
    logLevel: 'warning',
  })
  // A source of which nothing is left after tree shaking is not in a bundle.
  const inBundles = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  )
  return [...new Set([...inBundles, ...bundledConsole.sources])].filter((path) => !path.includes(':')).toSorted()
}

/** An empty source map: what a package contains stays without one, or the maps would be twenty times as large. */
const emptyMap = Buffer.from(JSON.stringify({ version: 3, sources: [''], mappings: 'A' })).toString('base64')

const withoutMapsOfPackages: Plugin = {
  name: 'without-maps-of-packages',
  setup: ({ onLoad }) =>
    onLoad({ filter: /[\\/]node_modules[\\/].*\.[cm]?js$/ }, async ({ path }) => ({
      contents: `${await readFile(path, 'utf8')}\n//# sourceMappingURL=data:application/json;base64,${emptyMap}`,
      loader: 'default',
    })),
}

/** The functions whose bundle includes one of these files, which are relative to `rootDir`. */
export async function functionsWith(
  files: readonly string[],
  { rootDir, names }: { rootDir: string; names: readonly string[] },
): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: rootDir,
    entryPoints: Object.fromEntries(names.map((name) => [name, `functions/${name}/handler.ts`])),
    outdir: 'nowhere',
    bundle: true,
    platform: 'node',
    packages: 'external',
    metafile: true,
    write: false,
    logLevel: 'warning',
  })
  const outputs = Object.values(metafile.outputs)
  return names.filter((name) => {
    const output = outputs.find(({ entryPoint }) => entryPoint === `functions/${name}/handler.ts`)
    return files.some((file) => output?.inputs[file] !== undefined)
  })
}
