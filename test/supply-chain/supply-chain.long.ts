import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { functionNames } from '../../app/functions.ts'
import { bundle } from '../../infra/bundle.ts'
import { stages } from '../../infra/stages.ts'
import { readAudit } from './audit.ts'
import { lockedPackages, packageOf } from './locked-packages.ts'

const rootDir = resolve(import.meta.dirname, '../..')

interface Component {
  name: string
  version: string
  licenses?: unknown[]
  hashes?: { alg: string; content: string }[]
  properties: { name: string }[]
}

const developmentProperty = 'cdx:npm:package:development'
/** Marks the project's own workspaces. */
const privateProperty = 'cdx:npm:package:private'

function npm(...args: string[]): string {
  return spawnSync('npm', args, { cwd: rootDir, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, timeout: 300_000 })
    .stdout
}

describe('the dependencies', () => {
  it('have no known vulnerability of high or critical severity', ({ skip }) => {
    const audit = readAudit(npm('audit', '--json'))
    if (!audit.answered) skip(`the registry does not answer npm audit: ${audit.why}`)
    else expect(audit.severe).toEqual([])
  })
})

describe('the software bill of materials', () => {
  const { bomFormat, components } = JSON.parse(npm('run', '--silent', 'sbom')) as {
    bomFormat: string
    components: Component[]
  }

  // Not by --omit=dev, which leaves out what a tool depends on as well.
  const deployed = components.filter(({ properties }) =>
    properties.every(({ name }) => name !== developmentProperty && name !== privateProperty),
  )
  const identity = ({ name, version }: { name: string; version: string }) => `${name}@${version}`

  it('names every production dependency, and marks all others as tools', () => {
    expect(bomFormat).toBe('CycloneDX')
    const production = lockedPackages().filter(({ isTool }) => !isTool)
    const required = production.filter(({ isOptional }) => !isOptional)
    expect(deployed.map(identity)).toEqual(expect.arrayContaining(required.map(identity)))
    const known = production.map(identity)
    expect(deployed.map(identity).filter((each) => !known.includes(each))).toEqual([])
  })

  it('gives each its licence and the hash of what npm installs', () => {
    const incomplete = deployed.filter(({ licenses = [], hashes = [] }) => licenses.length === 0 || hashes.length === 0)
    expect(incomplete).toEqual([])
  })

  it('names every package of which anything is in the bundle of a function', async () => {
    const outDir = mkdtempSync(join(tmpdir(), 'steadfast-bundled-'))
    try {
      const names = [...new Set(Object.values(stages).flatMap((stage) => functionNames(stage)))]
      const sources = await bundle({ names, rootDir, outDir })
      const packages = [...new Set(sources.filter((path) => path.includes('node_modules')).map(packageOf))]
      expect(packages).toEqual(expect.arrayContaining(['@aws-sdk/client-dynamodb', 'zod']))
      expect(packages.filter((name) => !deployed.some((component) => component.name === name))).toEqual([])
    } finally {
      rmSync(outDir, { recursive: true, force: true })
    }
  })
})
