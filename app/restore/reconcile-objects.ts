import type { Attachment } from '../../domain/attachment.ts'
import { sha256Hex } from '../../domain/sha256.ts'
import type { ListedObject, ObjectStore } from '../../gateways/object-store.ts'
import type { ObjectVersions } from '../../gateways/object-versions.ts'
import { attachmentOfKey, cleanKey, cleanPrefix, quarantinePrefix } from '../../sagas/attachment/object-keys.ts'
import { attachmentRow, isAttachmentKey, parseAttachment } from '../../tables/attachments.ts'
import { plainEtag } from '../../tables/scan-attributes.ts'
import type { Row } from '../../tables/store.ts'

/** What a restore makes of the objects. */
export interface ReconciledObjects {
  /** Those of uploads that the restore has cut. */
  removed: number
  /** Files that were removed or overwritten after the point: the version that their row names is the current one again. */
  restored: number
  /** Keys of files of which the bucket no longer has such a version. */
  missing: string[]
}

export interface ObjectDeps {
  objects: Pick<ObjectStore, 'list' | 'read' | 'delete'>
  /** The versions of objects in the same bucket. */
  versions: ObjectVersions
}

/**
 * Makes the bucket agree with the restored rows. It keeps versions, so what is deleted here can be had back. Objects of uploads that are
 * under way are left to their sagas and the sweeps.
 */
export async function reconcileObjects(deps: ObjectDeps, tickets: readonly Row[]): Promise<ReconciledObjects> {
  const attachments = tickets.filter(({ sk }) => isAttachmentKey(String(sk)))
  const known = new Set(attachments.map(({ pk, sk }) => `${String(pk)} ${String(sk)}`))
  const stored = new Map<string, ListedObject>()
  let removed = 0
  for (const prefix of [quarantinePrefix, cleanPrefix])
    for (const object of await objectsUnder(deps, prefix)) {
      const ref = attachmentOfKey(object.key)
      const row = ref && attachmentRow(ref).key
      if (row && known.has(`${row.pk} ${row.sk}`)) stored.set(object.key, object)
      else {
        await deps.objects.delete(object.key)
        removed++
      }
    }
  let restored = 0
  const missing: string[] = []
  for (const row of attachments) {
    const file = parseAttachment(row)
    if (file.state !== 'ready' && file.state !== 'removing') continue
    const key = cleanKey({ tenant: String(row.tenant), ticketId: file.ticketId, id: file.id })
    if (await isStored(deps, file, stored.get(key))) continue
    if (await restoreVersion(deps, file, key)) restored++
    else missing.push(key)
  }
  return { removed, restored, missing }
}

async function isStored({ objects }: ObjectDeps, file: Attachment, object: ListedObject | undefined): Promise<boolean> {
  if (!object) return false
  if (plainEtag(object.etag) === file.etag) return true
  // Rows of earlier versions name no ETag, and with a key of KMS a copy has another one than the upload.
  const { key, etag } = object
  return (
    object.sizeBytes === file.sizeBytes && isFile(file, await objects.read(key, { etag, bytesMax: file.sizeBytes }))
  )
}

/** The newest version with the bytes that were declared, inspected and made part of the ticket. */
async function restoreVersion({ versions }: ObjectDeps, file: Attachment, key: string): Promise<boolean> {
  for (const { versionId, sizeBytes } of await versions.list(key)) {
    if (sizeBytes !== file.sizeBytes || !isFile(file, await versions.read(key, versionId))) continue
    await versions.restore(key, versionId)
    return true
  }
  return false
}

function isFile({ sha256 }: Attachment, bytes: Uint8Array | undefined): boolean {
  return bytes !== undefined && sha256Hex(bytes) === sha256
}

async function objectsUnder({ objects }: ObjectDeps, prefix: string): Promise<ListedObject[]> {
  const found: ListedObject[] = []
  let after: string | undefined
  do {
    const page = await objects.list(prefix, after)
    found.push(...page.objects)
    after = page.next
  } while (after)
  return found
}
