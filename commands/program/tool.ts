import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { exitSafeFlags } from '../exit-safe-flags.mjs'

const require = createRequire(import.meta.url)

/** The command line tools among the project's packages, each with its package. */
const packages = { biome: '@biomejs/biome', cdk: 'aws-cdk', tsc: 'typescript', vitest: 'vitest' } as const

export type Tool = keyof typeof packages

/**
 * The program and arguments that run a tool by this Node. The entry in `node_modules/.bin` is a shell script on Windows, which only a shell
 * can start.
 */
export function toolCommand(tool: Tool, args: readonly string[] = []): [program: string, args: string[]] {
  const manifestPath = require.resolve(`${packages[tool]}/package.json`)
  const { bin } = require(manifestPath) as { bin: string | Record<string, string> }
  const script = typeof bin === 'string' ? bin : bin[tool]
  if (!script) throw new Error(`the package ${packages[tool]} has no command ${tool}`)
  return [process.execPath, [...exitSafeFlags, join(dirname(manifestPath), script), ...args]]
}
