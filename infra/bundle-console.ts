import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { build, type Plugin } from 'esbuild'
import { bundling } from '../console/bundling.ts'
import { definitionsByVersion } from './saga-definitions.ts'

/** The files of the console, as functions/serve-console imports them, and the sources that they were made of, from the root. */
export interface BundledConsole {
  page: { contentType: string; text: string }
  assets: Record<string, { contentType: string; text: string }>
  sources: string[]
}

const types = { js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml' } as const

/**
 * Bundles the operators' console (`console/api-console.ts`), which knows the API and nothing of the embedded stack. Each file has a
 * hash of its content in its name, so a browser may keep it for good, and a page never meets a script of another deployment. Throws
 * what does not compile.
 */
export async function bundleConsole(rootDir: string): Promise<BundledConsole> {
  const consoleDir = join(rootDir, 'console')
  const { outputFiles, metafile } = await build({
    absWorkingDir: rootDir,
    entryPoints: {
      console: 'console/api-console.ts',
      style: 'console/styles/api-console.css',
      icon: 'console/icon.svg',
    },
    entryNames: '[name]-[hash]',
    loader: { '.svg': 'copy' },
    ...bundling,
    metafile: true,
    plugins: [madeModule('saga-definitions', async () => definitionsByVersion())],
  })
  const assets: BundledConsole['assets'] = {}
  const nameOf = { 'console.js': '', 'console.css': '', 'icon.svg': '' }
  for (const { path, text } of outputFiles) {
    const name = basename(path)
    const [, ending = ''] = /\.(\w+)$/.exec(name) ?? []
    assets[name] = { contentType: `${types[ending as keyof typeof types]}; charset=utf-8`, text }
    nameOf[ending === 'svg' ? 'icon.svg' : (`console.${ending}` as keyof typeof nameOf)] = name
  }
  let html = await readFile(join(consoleDir, 'index.html'), 'utf8')
  for (const [name, hashed] of Object.entries(nameOf)) html = html.replace(`"${name}"`, `"console/${hashed}"`)
  return {
    page: { contentType: 'text/html; charset=utf-8', text: html },
    assets,
    sources: ['console/index.html', ...Object.keys(metafile.inputs)],
  }
}

/** Gives a function that imports `console-files` the bundled console. */
export function consoleFiles(rootDir: string): { plugin: Plugin; sources: string[] } {
  const sources: string[] = []
  const plugin = madeModule('console-files', async () => {
    const bundled = await bundleConsole(rootDir)
    const { page, assets } = bundled
    sources.push(...bundled.sources)
    return { page, assets }
  })
  return { plugin, sources }
}

/** A module that is no file: its default export is what `make` returns, as JSON. */
function madeModule(name: string, make: () => Promise<object>): Plugin {
  return {
    name,
    setup({ onResolve, onLoad }) {
      onResolve({ filter: new RegExp(`^${name}$`) }, ({ path }) => ({ path, namespace: name }))
      onLoad({ filter: /.*/, namespace: name }, async () => ({
        contents: JSON.stringify(await make()),
        loader: 'json',
      }))
    },
  }
}
