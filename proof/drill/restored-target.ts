import { join } from 'node:path'
import type { RepairDeps } from '../../app/restore/repair.ts'
import { type RestoredTable, restoredTables } from '../../app/restore/restored-tables.ts'
import { S3ObjectStore } from '../../gateways/object-store-s3.ts'
import { S3ObjectVersions } from '../../gateways/object-versions-s3.ts'
import { nameInFirstSet, nameInSet } from '../../infra/constructs/table-names.ts'
import { DynamoStore } from '../../tables/dynamo-store.ts'
import { clientConfig, type Target, TargetError } from '../target.ts'

/** The restored tables of a target, which are those of another set than the deployed ones, and its buckets. */
export function openRestored({ outputs, edgeUrl }: Pick<Target, 'outputs' | 'edgeUrl'>, tableSet: string): RepairDeps {
  const config = clientConfig(edgeUrl)
  const names = Object.fromEntries(restoredTables.map((table) => [table, restoredName(outputs, table, tableSet)]))
  return {
    store: new DynamoStore(names, config),
    digests: new S3ObjectStore(outputs.DigestsBucket ?? '', config),
    objects: new S3ObjectStore(outputs.AttachmentsBucket ?? '', config),
    versions: new S3ObjectVersions(outputs.AttachmentsBucket ?? '', config),
    archives: outputs.ArchiveBucket === undefined ? undefined : new S3ObjectStore(outputs.ArchiveBucket, config),
  }
}

/** The name of a restored table. The deployed one may have that of its own set behind it. */
export function restoredName(outputs: Record<string, string>, table: RestoredTable, tableSet: string): string {
  return nameInSet(nameInFirstSet(String(outputs[`${table}Table`]), table), tableSet)
}

/**
 * Throws {@link TargetError} when the deployed tables are not of this set: a resumption would write to the replaced ones. A local target
 * keeps its tables, into which the rows of the restored ones are copied.
 */
export function refuseOtherSet(
  { outputs, edgeUrl, dataDir }: Pick<Target, 'outputs' | 'edgeUrl' | 'dataDir'>,
  tableSet: string,
): void {
  if (edgeUrl !== undefined) return
  for (const table of restoredTables) {
    const [deployed, repaired] = [outputs[`${table}Table`], restoredName(outputs, table, tableSet)]
    if (deployed !== repaired)
      throw new TargetError(
        `${join(dataDir, 'outputs.json')} names ${deployed}, but ${repaired} was repaired: put the repaired tables into service first (docs/restore.md), or give the data folder of their deployment with --data`,
      )
  }
}
