import type { ObjectStore } from '../../gateways/object-store.ts'
import { attachmentOfKey, cleanKey, cleanPrefix, quarantinePrefix } from '../../sagas/attachment/object-keys.ts'
import { attachmentRow, isAttachmentKey, parseAttachment } from '../../tables/attachments.ts'
import type { Row } from '../../tables/store.ts'

/** What a restore makes of the objects: files whose upload it has cut go, and files that it has brought back may lack theirs. */
export interface ReconciledObjects {
  removed: number
  /** Their files were removed from their tickets after the point. The bucket keeps the old versions: copy each over its delete marker. */
  missing: string[]
}

/** The bucket keeps versions, so what is deleted here can be had back. Objects of attachments that exist are left to the sweeps. */
export async function reconcileObjects(objects: ObjectStore, tickets: readonly Row[]): Promise<ReconciledObjects> {
  const attachments = tickets.filter(({ sk }) => isAttachmentKey(String(sk)))
  const known = new Set(attachments.map(({ pk, sk }) => `${String(pk)} ${String(sk)}`))
  const stored = new Set<string>()
  let removed = 0
  for (const prefix of [quarantinePrefix, cleanPrefix])
    for (const key of await keysUnder(objects, prefix)) {
      const ref = attachmentOfKey(key)
      const row = ref && attachmentRow(ref).key
      if (row && known.has(`${row.pk} ${row.sk}`)) stored.add(key)
      else {
        await objects.delete(key)
        removed++
      }
    }
  const missing = attachments.flatMap((row) => {
    const { ticketId, id, state } = parseAttachment(row)
    const key = cleanKey({ tenant: String(row.tenant), ticketId, id })
    return (state === 'ready' || state === 'removing') && !stored.has(key) ? [key] : []
  })
  return { removed, missing }
}

async function keysUnder(objects: ObjectStore, prefix: string): Promise<string[]> {
  const keys: string[] = []
  let after: string | undefined
  do {
    const page = await objects.list(prefix, after)
    keys.push(...page.objects.map(({ key }) => key))
    after = page.next
  } while (after)
  return keys
}
