import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { AwsError } from '../aws-error.ts'
import { openCodeStore } from './code-store.ts'
import { type FunctionDeployment, type FunctionVersion, sameButVersion } from './deployment.ts'
import { functionArnOf, parseFunctionRef } from './function-ref.ts'

/**
 * Which functions there are, and their published versions. `$LATEST` and aliases are told anew at each start; published versions
 * stay in the folder with their code, so that a running execution ends with the code it began with.
 */
export interface Deployments {
  /** Makes this `$LATEST`. Answers the very object that was there when nothing changed. */
  deploy(deployment: FunctionDeployment): FunctionVersion
  /**
   * The number of the version that this label stands for: the same label has the same number forever. A label names one content,
   * such as the logical id of a synthesized version, which holds a hash of code and configuration.
   */
  versionNumber(name: string, label: string): number
  /**
   * Publishes `$LATEST` under this number. A version that exists keeps its code; of a repeated publication it takes the environment
   * only, whose addresses change with the port of the stack. Answers false when `$LATEST` has other code than the version.
   */
  publishVersion(name: string, version: string): boolean
  putAlias(name: string, alias: string, version: string): void
  /** Forgets published versions that no one needs, and their code; what was published since the start stays. */
  keepVersions(isNeeded: (name: string, version: string) => boolean): void
  /** Throws `ResourceNotFoundException` (404) for an unknown function, version or alias. */
  resolve(functionRef: string): FunctionVersion
  reservedConcurrency(name: string): number | undefined
  codeDir(version: FunctionVersion): string
  names(): string[]
  published(): FunctionVersion[]
}

export function openDeployments(root: string): Deployments {
  const code = openCodeStore(join(root, 'code'))
  const versionsDir = join(root, 'versions')
  mkdirSync(versionsDir, { recursive: true })
  const published = readVersions(versionsDir)
  const current = new Set<FunctionVersion>()
  const latest = new Map<string, FunctionVersion>()
  const reserved = new Map<string, number>()
  const aliases = new Map<string, string>()

  function publicationsOf(name: string): Publications {
    return published.get(name) ?? { numbers: {}, versions: [] }
  }

  function save(name: string, publications: Publications) {
    const file = join(versionsDir, `${name}.json`)
    writeFileSync(`${file}.part`, JSON.stringify(publications, null, 2), { flush: true })
    renameSync(`${file}.part`, file)
    published.set(name, publications)
  }

  function latestOf(name: string): FunctionVersion {
    const found = latest.get(name)
    if (!found) throw notFound(functionArnOf(name))
    return found
  }

  const allPublished = () => [...published.values()].flatMap(({ versions }) => versions)

  return {
    deploy({ name, codeDir, handler, environment, timeoutSeconds, memoryMb, reservedConcurrency, roleName }) {
      const codeHash = code.add(codeDir)
      const next = { name, version: '$LATEST', codeHash, handler, environment, timeoutSeconds, memoryMb, roleName }
      if (reservedConcurrency === undefined) reserved.delete(name)
      else reserved.set(name, reservedConcurrency)
      const before = latest.get(name)
      if (before && sameButVersion(before, next)) return before
      latest.set(name, next)
      return next
    },

    versionNumber(name, label) {
      const { numbers, versions } = publicationsOf(name)
      const known = numbers[label]
      if (known !== undefined) return known
      const number = 1 + Math.max(0, ...Object.values(numbers), ...versions.map(({ version }) => Number(version)))
      save(name, { numbers: { ...numbers, [label]: number }, versions })
      return number
    },

    publishVersion(name, version) {
      const { numbers, versions } = publicationsOf(name)
      const { environment, ...latestOne } = latestOf(name)
      const before = versions.find((one) => one.version === version)
      const next = { ...latestOne, ...before, environment, version }
      const isNew = !before || !sameButVersion(before, next)
      if (isNew) save(name, { numbers, versions: [...versions.filter((one) => one !== before), next] })
      current.add(isNew ? next : before)
      return next.codeHash === latestOne.codeHash
    },

    putAlias(name, alias, version) {
      aliases.set(`${name}:${alias}`, version)
    },

    keepVersions(isNeeded) {
      for (const [name, { numbers, versions }] of published) {
        const kept = versions.filter((one) => current.has(one) || isNeeded(name, one.version))
        if (kept.length < versions.length) save(name, { numbers, versions: kept })
      }
      code.keepOnly(new Set([...latest.values(), ...allPublished()].map(({ codeHash }) => codeHash)))
    },

    resolve(functionRef) {
      const { name, qualifier } = parseFunctionRef(functionRef)
      if (qualifier === '$LATEST') return latestOf(name)
      const version = aliases.get(`${name}:${qualifier}`) ?? qualifier
      if (version === '$LATEST') return latestOf(name)
      const found = publicationsOf(name).versions.find((one) => one.version === version)
      if (!found) throw notFound(functionArnOf(name, qualifier))
      return found
    },

    reservedConcurrency: (name) => reserved.get(name),
    codeDir: ({ codeHash }) => code.folder(codeHash),
    names: () => [...latest.keys()],
    published: allPublished,
  }
}

/** What a function's file holds. */
interface Publications {
  /** Version numbers by label. */
  numbers: Record<string, number>
  versions: FunctionVersion[]
}

function readVersions(folder: string): Map<string, Publications> {
  const all = new Map<string, Publications>()
  for (const file of readdirSync(folder)) {
    if (!file.endsWith('.json')) continue
    const text = readFileSync(join(folder, file), 'utf8')
    try {
      all.set(file.slice(0, -'.json'.length), JSON.parse(text))
    } catch {
      throw new Error(
        `The data folder is damaged: ${join(folder, file)} is not JSON. Delete the file, or start with --fresh, which deletes all local data.`,
      )
    }
  }
  return all
}

function notFound(arn: string): AwsError {
  return new AwsError('ResourceNotFoundException', `Function not found: ${arn}`, 404)
}
