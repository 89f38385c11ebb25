import { describe, expect, it } from 'vitest'
import { messageRetentionDays, oldVersionDays, quarantineDays, quarantineOldVersionDays } from '../../infra/limits.ts'
import { stages } from '../../infra/stages.ts'
import { otherRetention, rowRetention } from '../../proof/portfolio/lifecycle.ts'
import { atMs } from '../../proof/schema/example.ts'
import { type RowKindName, rowKinds } from '../../proof/schema/kinds.ts'
import { tableShapes } from '../../tables/key-shapes.ts'
import type { Row } from '../../tables/store.ts'
import { resourcesOf, stageNames } from '../infra/synthesized.ts'

const retentionOf = (name: string) => rowRetention[name as RowKindName]
const keeps = (what: string) => otherRetention.find((each) => each.what.includes(what))?.keeps
const day = 86_400

describe('the life cycle of rows', () => {
  it('has every kind of row', () => {
    expect(Object.keys(rowRetention).toSorted()).toEqual(rowKinds.map(({ name }) => name).toSorted())
  })

  it('ends by age exactly where the table has a time to live', () => {
    const byAge = rowKinds.filter(({ name }) => retentionOf(name).endedBy === 'age').map(({ table }) => table)
    const withTtl = Object.entries(tableShapes).flatMap(([name, shape]) => ('ttl' in shape ? [name] : []))
    expect(byAge.toSorted()).toEqual(withTtl.toSorted())
  })

  it('says never exactly where the catalogue of what is stored does', () => {
    for (const { name, deleted } of rowKinds)
      if (retentionOf(name).endedBy === 'never')
        expect([name, deleted]).toEqual([name, expect.stringContaining('never')])
      else expect([name, deleted]).toEqual([name, expect.not.stringMatching(/^never/)])
  })

  it('keeps a request key for a day and a margin, and a fence for 120 days, as the code stores them', () => {
    const expiry = (name: string) =>
      rowKinds
        .find((kind) => kind.name === name)
        ?.example()
        .flatMap(
          (write) => ('row' in write && (write.row as Row).expiresAt) || ('set' in write && write.set?.expiresAt) || [],
        )
        .map((at) => (Number(at) - atMs / 1_000) / day)
    expect(expiry('request key')).toEqual([expect.closeTo(1, 1)])
    for (const days of expiry('fence') ?? []) expect(days).toBeCloseTo(120, 0)
  })
})

describe.each(stageNames)('what %s keeps besides rows', (stage) => {
  const valuesOf = (type: string, property: string) =>
    resourcesOf(stage, type).map(({ Properties }) => Properties[property])

  it('is every log for as long as the page says', () => {
    const logs = valuesOf('AWS::Logs::LogGroup', 'RetentionInDays')
    expect(new Set(logs)).toEqual(new Set([stages[stage].logRetention]))
    if (stage !== 'local')
      expect(keeps('logs of functions')).toContain(`${stages[stage].logRetention} days on \`${stage}\``)
  })

  it('is every message for as long as the page says', () => {
    const seconds = new Set(valuesOf('AWS::SQS::Queue', 'MessageRetentionPeriod'))
    expect(seconds).toEqual(new Set([messageRetentionDays * day]))
    expect(keeps('messages and dead letters')).toContain(`${messageRetentionDays} days`)
  })

  it('are objects and their old versions by the rules of their buckets', () => {
    const rules = resourcesOf(stage, 'AWS::S3::Bucket').flatMap(({ Properties }) => {
      const { Rules = [] } = (Properties.LifecycleConfiguration ?? {}) as { Rules?: Record<string, unknown>[] }
      return Rules.map(({ Prefix, ExpirationInDays, NoncurrentVersionExpiration }) => {
        const { NoncurrentDays } = (NoncurrentVersionExpiration ?? {}) as { NoncurrentDays?: number }
        return [Prefix ?? 'all', ExpirationInDays ?? 0, NoncurrentDays ?? 0]
      })
    })
    const { days } = stages[stage].digestLock
    expect(rules).toEqual(
      expect.arrayContaining([
        ['quarantine/', quarantineDays, 0],
        ['quarantine/', 0, quarantineOldVersionDays],
        ['clean/', 0, oldVersionDays],
        ['all', days + 1, 1],
      ]),
    )
    expect(keeps('`clean/`')).toContain(`${oldVersionDays} days`)
    expect(keeps('digests')).toContain(`${stages.prod.digestLock.days} days`)
  })
})
