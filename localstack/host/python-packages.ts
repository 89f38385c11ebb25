import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { installOnce } from './install-once.ts'
import { outputOf, runTool } from './run-tool.ts'

/** A Python environment in `<home>/<name>`. Returns the path of its interpreter. */
export async function installPythonPackages(
  home: string,
  name: string,
  { python, requirements, sources = [] }: { python: string; requirements: string; sources?: readonly string[] },
): Promise<string> {
  const inputs = [
    (await outputOf(python, ['-VV'])) ?? '',
    ...[requirements, ...sources.flatMap(filesOf)].map((file) => readFileSync(file, 'utf8')),
  ]
  const venv = await installOnce(home, name, inputs, async (folder) => {
    await runTool(python, ['-m', 'venv', folder])
    // Everything is pinned, so nothing is to be resolved; Python compiles what it loads.
    const pip = [join(folder, 'bin', 'python'), '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check']
    const install = (...args: string[]) =>
      runTool(String(pip[0]), [...pip.slice(1), '--no-deps', '--no-compile', ...args])
    await install('--requirement', requirements)
    for (const source of sources) await withCopy(source, (copy) => install('--no-build-isolation', copy))
  })
  return join(venv, 'bin', 'python')
}

/** pip builds in the folder of the source. */
async function withCopy(source: string, use: (copy: string) => Promise<unknown>): Promise<void> {
  const copy = mkdtempSync(join(tmpdir(), 'steadfast-package-'))
  try {
    cpSync(source, copy, { recursive: true })
    await use(copy)
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(py|toml)$/.test(name))
    .toSorted()
    .map((name) => join(folder, name))
}
