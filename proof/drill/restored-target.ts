import type { RepairDeps } from '../../app/restore/repair.ts'
import { restoredTables } from '../../app/restore/restored-tables.ts'
import { S3ObjectStore } from '../../gateways/object-store-s3.ts'
import { S3ObjectVersions } from '../../gateways/object-versions-s3.ts'
import { DynamoStore } from '../../tables/dynamo-store.ts'
import { clientConfig, type Target } from '../target.ts'

/** The restored tables of a target, whose names have that of their set behind those of the deployed tables, and its buckets. */
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

export function restoredName(outputs: Record<string, string>, table: string, tableSet: string): string {
  return `${outputs[`${table}Table`]}-${tableSet}`
}
