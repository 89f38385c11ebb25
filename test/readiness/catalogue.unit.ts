import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { longParts } from '../../commands/test/long-parts.ts'
import { invariants } from '../../proof/check/invariants.ts'
import { readinessItems } from '../../proof/readiness/catalogue.ts'
import { isGap } from '../../proof/readiness/judge.ts'
import { rootDir } from '../docs/markdown.ts'
import { resourcesOf, shortId } from '../infra/synthesized.ts'

const items = readinessItems(longParts)
const namesIn = (section: string) => items.filter((item) => item.section === section).map(({ name }) => name)

describe('the readiness sheet', () => {
  it('has every invariant and every long proof', () => {
    expect(namesIn('invariants')).toEqual(invariants.map(({ number }) => String(number)))
    expect(namesIn('long proofs')).toEqual(longParts.map(({ name }) => name))
  })

  it('has every alarm of production', () => {
    const alarms = resourcesOf('prod', 'AWS::CloudWatch::Alarm')
    const ids = alarms.map(({ id }) => shortId(id).replace(/Alarm$/, ''))
    expect(namesIn('alarms').toSorted()).toEqual([...new Set(ids)].toSorted())
  })

  it('names each thing once in its section', () => {
    const names = items.map(({ section, name }) => `${section}: ${name}`)
    expect(names).toEqual([...new Set(names)])
  })

  it('proves each thing by test files and commands that exist', () => {
    const provenBy = items.flatMap((item) => (isGap(item) ? [] : [[item.name, item.provenBy] as const]))
    const commands = [
      'npm test',
      'biome',
      'tsc',
      'npm run drill:restore',
      'npm run drill:restore -- --disaster bad-deployment',
    ]
    const isThere = (path: string) =>
      commands.includes(path) || (path.endsWith('.ts') && existsSync(join(rootDir, path)))
    expect(provenBy.filter(([, paths]) => paths.length === 0 || !paths.every(isThere))).toEqual([])
  })

  it('tells tenancy by IAM, erasure, two regions and real AWS as missing', () => {
    expect(namesIn('known gaps')).toEqual(
      expect.arrayContaining(['tenancy by IAM', 'erasure', 'two regions', 'real AWS']),
    )
  })
})
