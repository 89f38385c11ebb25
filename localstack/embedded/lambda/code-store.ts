import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { resolveSources } from './source-maps.ts'

/** Bundles by content. What is in here never changes, so a version runs the same code after any rebuild and any restart. */
export interface CodeStore {
  /** Copies the folder in, unless its content is there already, and answers the content's hash. */
  add(codeDir: string): string
  /** Where the code with this hash lies. */
  folder(hash: string): string
  /** Removes all code but this. */
  keepOnly(hashes: ReadonlySet<string>): void
}

export function openCodeStore(root: string): CodeStore {
  mkdirSync(root, { recursive: true })
  // What a start that was killed half way left behind.
  for (const entry of readdirSync(root)) if (entry.endsWith('.part')) rmSync(join(root, entry), { recursive: true })

  return {
    add(codeDir) {
      const hash = hashOfFolder(codeDir)
      const target = join(root, hash)
      if (existsSync(target)) return hash
      const part = `${target}.part`
      cpSync(codeDir, part, { recursive: true, dereference: true })
      resolveSources(codeDir, part)
      // Without one of its own, the nearest package.json up the tree would say how `index.js` is read. On Lambda there is none.
      if (!existsSync(join(part, 'package.json'))) writeFileSync(join(part, 'package.json'), '{}\n')
      renameSync(part, target)
      return hash
    },
    folder: (hash) => join(root, hash),
    keepOnly(hashes) {
      for (const entry of readdirSync(root)) if (!hashes.has(entry)) rmSync(join(root, entry), { recursive: true })
    },
  }
}

/** A hash of all names and contents in the folder. */
export function hashOfFolder(folder: string): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  const hash = createHash('sha256')
  for (const file of files) {
    const content = readFileSync(file)
    hash.update(`${file.slice(folder.length)}\0${content.length}\0`).update(content)
  }
  return hash.digest('hex').slice(0, 32)
}
