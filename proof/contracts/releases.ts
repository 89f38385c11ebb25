import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Break, breaksOf } from './breaks.ts'
import type { ContractFile } from './contract.ts'

export const contractsDir = 'docs/contracts'
const releasesDir = join(contractsDir, 'released')

/** The contracts as they were when something was promised to somebody. A release is never changed. */
export interface Release {
  number: number
  /** Documents by the names of their files. */
  documents: Record<string, object>
  /** SHA-256 over its files, in order. */
  digest: string
}

/** Every release, the first one first. */
export function readReleases(): Release[] {
  const numbers = existsSync(releasesDir) ? readdirSync(releasesDir).map(Number) : []
  return numbers.toSorted((a, b) => a - b).map(readRelease)
}

function readRelease(number: number): Release {
  const dir = join(releasesDir, String(number))
  const texts = readdirSync(dir)
    .toSorted()
    .map((name) => [name, readFileSync(join(dir, name), 'utf8')] as const)
  const hash = createHash('sha256')
  for (const [name, text] of texts) hash.update(`${name}\0${text}\0`)
  const documents = texts.map(([name, text]) => [name.replace('.json', ''), JSON.parse(text) as object])
  return { number, documents: Object.fromEntries(documents), digest: hash.digest('hex') }
}

/** How the contracts of now break any release: who read or sent something at any of them may still do so. */
export function breaksOfReleases(files: readonly ContractFile[], releases: readonly Release[]): Break[] {
  const current = new Map(files.map((file) => [file.name, file]))
  return releases.flatMap(({ number, documents }) =>
    Object.entries(documents).flatMap(([name, document]) => {
      const file = current.get(name)
      if (!file) return [{ contract: name, release: number, says: `whoever relies on ${name} ${number} finds it gone` }]
      return breaksOf(number, file.contractsIn(document), file.contractsIn(file.document))
    }),
  )
}

/** Freezes the contracts of now as the next release, and returns it. */
export function release(files: readonly ContractFile[]): Release {
  const number = (readReleases().at(-1)?.number ?? 0) + 1
  const dir = join(releasesDir, String(number))
  mkdirSync(dir, { recursive: true })
  for (const { name, document } of files) writeFileSync(join(dir, `${name}.json`), `${JSON.stringify(document)}\n`)
  return readRelease(number)
}
