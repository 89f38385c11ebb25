import { backupPolicy } from './backup-policy.ts'
import type { KnownGap, ProvableItem } from './item.ts'

/** What must be practised again although nothing has changed, and how often. */
const practisedWithinDays: Readonly<Record<string, number>> = { 'restore drill': backupPolicy.drillEveryDays }

/** What a team must do well to run this in production, and the tests and drills that show that it can. */
export const practices: readonly ProvableItem[] = practicesBy([
  ['short run', 'lint, types and every test of the short run', ['npm test', 'biome', 'tsc']],
  [
    'idempotency',
    'a request takes effect once, however it fails',
    ['test/promises/idempotency.unit.ts', 'test/promises/failures.unit.ts', 'test/e2e/load.long.ts'],
  ],
  [
    'access',
    'nobody sees or changes what is not theirs',
    [
      'test/promises/access.unit.ts',
      'test/promises/authentication.unit.ts',
      'test/promises/deactivated-user.unit.ts',
      'test/http/twin-tenants.unit.ts',
      'test/infra/least-privilege.unit.ts',
    ],
  ],
  ['security review', 'each threat names a test that exists', ['test/docs/security.unit.ts']],
  [
    'restore drill',
    'torn backups restored, all invariants hold',
    [
      'npm run drill:restore',
      'npm run drill:restore -- --disaster bad-deployment',
      'test/e2e/restore.long.ts',
      'test/restore/torn-tables.unit.ts',
    ],
  ],
  ['backup policy', 'templates and page agree on it', ['test/infra/backup-policy.unit.ts']],
  [
    'view rebuild',
    'read models rebuilt beside traffic equal the log',
    ['test/views/rebuild.unit.ts', 'test/views/new-view.unit.ts', 'test/views/reports-agree.unit.ts'],
  ],
  ['drift reconciliation', 'planted drift is found, and healed or handed over', ['test/reconcile/reconcile.unit.ts']],
  ['backfill', 'a subscriber gets its past, no gap, no double', ['test/backfill/backfill-subscriber.unit.ts']],
  [
    'migration',
    'rows move through stages and back, none is lost',
    ['test/migrate/migration.unit.ts', 'test/migrate/gates.unit.ts', 'test/migrate/backfill.unit.ts'],
  ],
  [
    'archive',
    'events of quiet tickets leave, and are read back',
    ['test/archive/archive.unit.ts', 'test/proof/cost/archiving.unit.ts'],
  ],
  [
    'damage repair',
    'wrong facts are scoped and corrected, each once',
    [
      'test/proof/damage.unit.ts',
      'test/proof/damage-repair.unit.ts',
      'test/promises/corrections.unit.ts',
      'test/docs/repair.unit.ts',
    ],
  ],
  [
    'retention',
    'only what has an end is deleted, never by deploys',
    ['test/infra/stored-data.unit.ts', 'test/infra/replacement.unit.ts', 'test/infra/replacement-guard.int.ts'],
  ],
  ['runbooks', 'each alarm has one, and its commands exist', ['test/infra/runbooks.unit.ts']],
  ['alarm rehearsal', 'alarms go off when planted, and not before', ['test/e2e/alarms.long.ts']],
  [
    'stored data',
    'rows of every released version are read',
    ['test/tables/stored-rows.unit.ts', 'test/schema/rows.unit.ts', 'test/schema/schema-page.unit.ts'],
  ],
  [
    'contracts',
    'who relies on a released contract is not broken',
    ['test/contracts/releases.unit.ts', 'test/contracts/breaks.unit.ts', 'test/contracts/compared-schemas.unit.ts'],
  ],
  [
    'API document',
    'the OpenAPI document is what the API does',
    ['test/http/openapi.unit.ts', 'test/docs/pages.int.ts'],
  ],
  [
    'cost',
    'the bill follows from what was measured',
    ['test/e2e/cost.long.ts', 'test/proof/cost/bill.unit.ts', 'test/proof/cost/cost-page.unit.ts'],
  ],
  [
    'upgrades',
    'deployed under traffic and taken back, no loss',
    ['test/upgrades/embedded.long.ts', 'test/infra/index-upgrade.unit.ts'],
  ],
  [
    'migration rehearsal',
    'every stage and back, under traffic, no write lost',
    ['test/e2e/migration.long.ts', 'test/migrate/migration.unit.ts'],
  ],
  ['archive on a stack', 'archived events are read as before, and come back', ['test/e2e/archive.long.ts']],
  [
    'supply chain',
    'no severe vulnerability, licence or secret',
    [
      'test/supply-chain/supply-chain.long.ts',
      'test/supply-chain/licences.unit.ts',
      'test/supply-chain/secrets-in-repository.unit.ts',
    ],
  ],
  [
    'tenant guardrails',
    'no tenant or person takes from another',
    ['test/http/tenant-limit.unit.ts', 'test/infra/capacity.unit.ts', 'test/sagas/upload-quota.unit.ts'],
  ],
  [
    'emulator targets',
    'LocalStack and MiniStack keep the promises',
    ['test/targets/localstack.long.ts', 'test/targets/ministack.long.ts'],
  ],
])

/**
 * What is known to be missing, with what it takes. An entry goes when the thing is built and a practice above names what proves it; no run
 * makes it green before.
 */
export const knownGaps: readonly KnownGap[] = gapsBy([
  ['real AWS', 'never deployed to an AWS account: emulators and the embedded stack only'],
  ['tenancy by IAM', 'tenants are kept apart by keys in code; no role is bound to one tenant'],
  ['erasure', 'nobody can be erased: designed as a saga, not built'],
  ['two regions', 'one region: its loss is an outage until a restore'],
  ['restore on AWS', 'its commands are printed and held to shapes; none was ever run there'],
  ['alarm rehearsal', 'only five alarms were seen going off; the others are compared with their metric'],
])

/** Test files whose skipped tests are no doubt: each is a named divergence of an emulator, and their number is held by a test. */
export const filesThatMaySkip: ReadonlySet<string> = new Set([
  'test/targets/localstack.long.ts',
  'test/targets/ministack.long.ts',
])

function practicesBy(rows: readonly (readonly [string, string, readonly string[]])[]): ProvableItem[] {
  return rows.map(([name, promise, provenBy]) => {
    const withinDays = practisedWithinDays[name]
    return { section: 'practices', name, promise, provenBy, ...(withinDays !== undefined && { withinDays }) }
  })
}

function gapsBy(rows: readonly (readonly [string, string])[]): KnownGap[] {
  return rows.map(([name, missing]) => ({ section: 'known gaps', name, missing }))
}
