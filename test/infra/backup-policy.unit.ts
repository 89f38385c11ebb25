import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { rpoSecondsMax, rtoSecondsMax } from '../../domain/restore-targets.ts'
import { backupPolicy } from '../../proof/readiness/backup-policy.ts'
import { bucketOf, resourcesOf, stageNames } from './synthesized.ts'

const { tableDays, oldVersionDays, drillEveryDays } = backupPolicy

/** DynamoDB's own, of a table that names none. */
const defaultRecoveryDays = 35

describe.each(stageNames)('the backups of %s', (stage) => {
  it('reach as far back as the policy says, for each table', () => {
    const tables = resourcesOf(stage, 'AWS::DynamoDB::Table')
    expect(tables.length).toBeGreaterThan(10)
    for (const { id, Properties } of tables) {
      const recovery = Properties.PointInTimeRecoverySpecification as Recovery
      expect(recovery.PointInTimeRecoveryEnabled, id).toBe(true)
      expect(recovery.RecoveryPeriodInDays ?? defaultRecoveryDays, id).toBe(tableDays)
    }
  })

  it('keep what was deleted or overwritten in a bucket for as long', () => {
    for (const bucket of ['Bucket', 'Archive'] as const) {
      const { Properties } = bucketOf(stage, bucket)
      expect(Properties.VersioningConfiguration).toEqual({ Status: 'Enabled' })
      const { Rules } = Properties.LifecycleConfiguration as { Rules: Rule[] }
      const kept = Rules.filter(({ Prefix }) => Prefix !== 'quarantine/').flatMap(
        ({ NoncurrentVersionExpiration }) => NoncurrentVersionExpiration?.NoncurrentDays ?? [],
      )
      expect(kept, bucket).toEqual([oldVersionDays])
    }
  })

  it('are in the region of the stage alone', () => {
    expect(resourcesOf(stage, 'AWS::DynamoDB::GlobalTable')).toEqual([])
    for (const { id, Properties } of resourcesOf(stage, 'AWS::S3::Bucket'))
      expect(Properties.ReplicationConfiguration, id).toBeUndefined()
  })

  it('can be restored, switched off or deleted by no role of the app', () => {
    const roles = JSON.stringify(resourcesOf(stage, 'AWS::IAM::Role'))
    expect(roles).toContain('dynamodb:GetItem')
    expect(roles).not.toMatch(/dynamodb:(\*|\w*Backup|Restore|UpdateTable|DeleteTable)/)
    expect(roles).not.toMatch(/s3:(\*|DeleteObjectVersion|PutLifecycle|PutBucketVersioning|BypassGovernance)/)
  })
})

interface Recovery {
  PointInTimeRecoveryEnabled: boolean
  RecoveryPeriodInDays?: number
}

interface Rule {
  Prefix?: string
  NoncurrentVersionExpiration?: { NoncurrentDays: number }
}

describe('the page on backups', () => {
  const page = readFileSync('docs/restore.md', 'utf8')
  const rowOf = (name: string) => page.split('\n').find((line) => line.startsWith(`| ${name} |`)) ?? ''

  it.each([
    ['kept for', `${tableDays} days for tables, ${oldVersionDays} days for files and archives`],
    ['drill', `every ${drillEveryDays} days`],
    ['targets', `RPO ${rpoSecondsMax} s`],
    ['where', 'in the account and region of the stage'],
    ['who may restore', "nobody's role in the app"],
  ])('says what the policy, the targets and the templates have: %s', (row, says) => {
    expect(rowOf(row)).toContain(says)
  })

  it('says the target for the time', () => {
    expect(rtoSecondsMax).toBe(4 * 3_600)
    expect(rowOf('targets')).toContain('RTO four hours')
  })
})
