import type { RepairDeps } from '../../app/restore/repair.ts'
import type { ObjectStore } from '../../gateways/object-store.ts'
import { MemoryObjectStore } from '../../gateways/object-store-memory.ts'
import { S3ObjectStore } from '../../gateways/object-store-s3.ts'
import { VersionedMemoryObjectStore } from '../../gateways/object-versions-memory.ts'
import { tableShapes } from '../../tables/key-shapes.ts'
import { removeRow } from '../../tables/restored-rows.ts'
import { scanAll } from '../../tables/scan-rows.ts'
import type { TableName } from '../../tables/store.ts'
import { clientConfig, type Target } from '../target.ts'

/** Deletes every row of a tenant, from every table. */
export async function loseTenant({ store }: Target, tenant: string): Promise<void> {
  for (const table of Object.keys(tableShapes) as TableName[]) {
    const rows = (await scanAll(store, table)).filter(({ pk }) => String(pk).startsWith(`TENANT#${tenant}#`))
    for (const row of rows) await store.write(removeRow(table, row))
  }
}

/** What a repair of this tenant alone needs beside its tables: it has no files, and none of its events is in a digest or an archive yet. */
export function bucketsOfTenant({ outputs, edgeUrl }: Target): Omit<RepairDeps, 'store'> {
  const digests = new S3ObjectStore(outputs.DigestsBucket ?? '', clientConfig(edgeUrl))
  const objects = new VersionedMemoryObjectStore()
  return { digests: new OnlyNew(digests), objects, versions: objects.versions, archives: undefined }
}

/** Shows nothing of what a bucket holds, and adds to it. */
class OnlyNew extends MemoryObjectStore {
  readonly #bucket: ObjectStore

  constructor(bucket: ObjectStore) {
    super()
    this.#bucket = bucket
  }

  override putOnce(key: string, bytes: Uint8Array): Promise<'stored' | 'exists'> {
    return this.#bucket.putOnce(key, bytes)
  }
}
