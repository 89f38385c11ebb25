import { statSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'

/**
 * The tests that load one of these files, itself or through what they import; nearest first, as what imports a mistake directly notices it
 * soonest, and of equally near ones the smaller first, as it takes less time. All paths are relative to `rootDir`, with slashes.
 */
export async function relatedTests(
  tests: readonly string[],
  files: readonly string[],
  rootDir: string,
): Promise<string[]> {
  const distances = distancesTo(files, await importersOf(tests, rootDir))
  const sizeOf = (test: string) => statSync(join(rootDir, test)).size
  return tests
    .flatMap((test) => {
      const distance = distances.get(test)
      return distance === undefined ? [] : { test, distance, size: sizeOf(test) }
    })
    .toSorted((a, b) => a.distance - b.distance || a.size - b.size)
    .map(({ test }) => test)
}

/** The files that import each file that the tests load. Imports of types alone load nothing, and do not count. */
async function importersOf(tests: readonly string[], rootDir: string): Promise<Map<string, string[]>> {
  const { metafile } = await build({
    absWorkingDir: rootDir,
    entryPoints: [...tests],
    outdir: 'nowhere',
    bundle: true,
    // Each file is read once, and not once for each test.
    splitting: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    metafile: true,
    write: false,
    logLevel: 'error',
  })
  const importers = new Map<string, string[]>()
  for (const [importer, { imports }] of Object.entries(metafile.inputs))
    for (const { path } of imports) importers.set(path, [...(importers.get(path) ?? []), importer])
  return importers
}

/** How many imports each file is away from the nearest of `files`. */
function distancesTo(files: readonly string[], importers: ReadonlyMap<string, readonly string[]>): Map<string, number> {
  const distances = new Map(files.map((file) => [file, 0]))
  // A map is walked in the order in which it grows.
  for (const [file, distance] of distances)
    for (const importer of importers.get(file) ?? [])
      if (!distances.has(importer)) distances.set(importer, distance + 1)
  return distances
}
