import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { FunctionName } from '../../../app/functions.ts'
import { bundleCeilings } from '../../../infra/bundle-ceilings.ts'
import { shortName } from '../../short-name.ts'

/** A function's bundle, as it is deployed. */
export interface BundleSize {
  name: string
  kB: number
  ceilingKb: number
  /** The file. */
  path: string
}

interface Template {
  Resources: Record<string, { Type: string; Properties?: { FunctionName?: string; Code?: { S3Key?: string } } }>
}

/** The bundle size of every function in a synthesized assembly, by name. Throws `Error` for a function without a ceiling. */
export function bundleSizes(assemblyDir: string): BundleSize[] {
  const templates = readdirSync(assemblyDir).filter((name) => name.endsWith('.template.json'))
  const resources = templates.flatMap((name) => {
    const { Resources } = JSON.parse(readFileSync(join(assemblyDir, name), 'utf8')) as Template
    return Object.values(Resources)
  })
  const functions = resources.filter(({ Type }) => Type === 'AWS::Lambda::Function')
  return functions
    .map(({ Properties }) => {
      const { FunctionName, Code } = Properties ?? {}
      const name = shortName(String(FunctionName))
      // CDK calls the folder of an asset after the file that it becomes in the bucket.
      const path = join(assemblyDir, `asset.${basename(String(Code?.S3Key), '.zip')}`, 'index.js')
      return { name, kB: Math.ceil(statSync(path).size / 1000), ceilingKb: ceilingOf(name), path }
    })
    .toSorted((a, b) => a.name.localeCompare(b.name))
}

/** The largest allowed size of a function's bundle, in kB. Throws `Error` for a function without one. */
export function ceilingOf(name: string): number {
  const ceiling = bundleCeilings.flatMap(({ kB }) => kB[name as FunctionName] ?? [])[0]
  if (ceiling === undefined)
    throw new Error(`${name} has no ceiling for its bundle: add it to infra/bundle-ceilings.ts`)
  return ceiling
}
