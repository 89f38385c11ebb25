import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const rootDir = resolve(import.meta.dirname, '../..')

/** One package of `package-lock.json`. */
export interface LockedPackage {
  /** Such as `node_modules/zod`. */
  path: string
  name: string
  version: string
  license: string
  /** Whether it is a development dependency: not deployed, and not installed with `--omit=dev`. */
  isTool: boolean
  /** Whether it is for other machines only, and may be missing. */
  isOptional: boolean
}

interface Entry {
  version?: string
  license?: string
  dev?: boolean
  optional?: boolean
  link?: boolean
}

/** Every package that `npm ci` may install. */
export function lockedPackages(): LockedPackage[] {
  const lock = JSON.parse(readFileSync(join(rootDir, 'package-lock.json'), 'utf8'))
  // Not the project itself, nor its workspaces.
  const entries = Object.entries<Entry>(lock.packages).filter(
    ([path, { link }]) => path.includes('node_modules/') && !link,
  )
  return entries.map(([path, { version = '', license = '', dev = false, optional = false }]) => ({
    path,
    name: packageOf(path),
    version,
    license,
    isTool: dev,
    isOptional: optional,
  }))
}

/** `node_modules/a/node_modules/@b/c/index.js` → `@b/c`. */
export function packageOf(path: string): string {
  const [, name] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path) ?? []
  if (name === undefined) throw new Error(`${path} is in no package`)
  return name
}
