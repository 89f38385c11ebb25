import canonicalize from 'canonicalize'
import { type Attachment, isUploadOver } from '../../domain/attachment.ts'
import { attachmentSagaId } from '../../sagas/attachment/saga-id.ts'
import { removalSagaId } from '../../sagas/removal/saga-id.ts'
import {
  attachmentBytesRow,
  isAttachmentBytes,
  isUploadCounter,
  personOfCounter,
  replaceCounter,
  uploadCounterRow,
} from '../../tables/attachment-quota.ts'
import { isAttachmentKey, parseAttachment } from '../../tables/attachments.ts'
import { aggregateOfKey, tenantOfKey } from '../../tables/keys.ts'
import { readRow } from '../../tables/read-row.ts'
import { sagaRow } from '../../tables/sagas.ts'
import { scanPages } from '../../tables/scan-rows.ts'
import { stepRow } from '../../tables/step-keys.ts'
import type { Row, Store, TableName } from '../../tables/store.ts'
import { personHash } from '../logged-aggregate.ts'
import type { ReconcileDeps, Suspect } from './drift.ts'

/** Attribute names and numbers of a counter row. */
type Counted = Record<string, number>

/** Who is charged: a tenant, or a person of it. */
interface Owner {
  tenant: string
  userId?: string
}

type Deps = Pick<ReconcileDeps, 'store' | 'runtime'> & { throttle?: { wait(): Promise<void> } | undefined }

/**
 * Counters of attachments against the attachments: one reading. No index has the attachments of a tenant, so it takes all of them, in one
 * go; a counter that has changed during the reading is left to the next one. Undefined when the deadline (epoch milliseconds) came first.
 */
export async function quotaSuspects(deps: Deps, deadlineMs: number): Promise<Suspect[] | undefined> {
  const before = await readCounters(deps, deadlineMs)
  const held = await readHeld(deps, deadlineMs)
  const after = await readCounters(deps, deadlineMs)
  if (!before || !held || !after) return undefined
  return [...new Set([...held.keys(), ...after.keys()])].flatMap((name): Suspect[] => {
    const counted = after.get(name)
    const is = withoutZeros(counted)
    const should = withoutZeros(held.get(name))
    if (is === should || canonicalize(counted) !== canonicalize(before.get(name))) return []
    return [suspect(deps, JSON.parse(name), counted, held.get(name) ?? {})]
  })
}

function suspect({ store }: Deps, owner: Owner, counted: Counted | undefined, held: Counted): Suspect {
  const { tenant, userId } = owner
  const { key } = userId === undefined ? attachmentBytesRow(tenant) : uploadCounterRow(tenant, userId)
  const names = userId === undefined ? ['usedBytes'] : ['openUploads', 'usedBytes']
  const correct = Object.fromEntries(names.map((name) => [name, held[name] ?? 0]))
  return {
    kind: 'quotas',
    subject: `the attachment quota of ${userId === undefined ? tenant : `user ${personHash(tenant, userId)} of ${tenant}`}`,
    mark: `${JSON.stringify(counted)} ${JSON.stringify(correct)}`,
    problem: `counts ${format(counted ?? {})}, but the attachments hold ${format(correct)}`,
    async heal() {
      const { status } = await store.write(replaceCounter(key, correct, counted))
      if (status === 'condition-failed') throw new Error('the counter has changed meanwhile')
      return `counts ${format(correct)} now`
    },
    handOver: 'run "npm run reconcile -- quotas --heal" at a quiet time',
  }
}

function format({ openUploads, usedBytes = 0 }: Counted): string {
  return `${openUploads === undefined ? '' : `${openUploads} uploads and `}${usedBytes} bytes`
}

/** A counter of zeros and none are the same. */
function withoutZeros(counted: Counted = {}): string | undefined {
  return canonicalize(Object.fromEntries(Object.entries(counted).filter(([, value]) => value !== 0)))
}

async function readCounters(deps: Deps, deadlineMs: number): Promise<Map<string, Counted> | undefined> {
  const counters = new Map<string, Counted>()
  const isComplete = await forEachRow(deps, 'Quotas', deadlineMs, async (row) => {
    const { pk, sk, usedBytes, openUploads } = row
    const tenant = tenantOfKey(String(pk))
    if (tenant === undefined || !(isAttachmentBytes(row) || isUploadCounter(row))) return
    const owner = isUploadCounter(row) ? { tenant, userId: personOfCounter(String(sk)) } : { tenant }
    const counted = {
      ...(openUploads !== undefined && { openUploads: Number(openUploads) }),
      usedBytes: Number(usedBytes),
    }
    counters.set(JSON.stringify(owner), counted)
  })
  return isComplete ? counters : undefined
}

async function readHeld(deps: Deps, deadlineMs: number): Promise<Map<string, Counted> | undefined> {
  const sums = new Map<string, Counted>()
  const add = (owner: Owner, held: Counted) => {
    const name = JSON.stringify(owner)
    const sum = sums.get(name) ?? {}
    for (const [attribute, value] of Object.entries(held)) sum[attribute] = (sum[attribute] ?? 0) + value
    sums.set(name, sum)
  }
  const isComplete = await forEachRow(deps, 'Tickets', deadlineMs, async (row) => {
    const scope = aggregateOfKey(String(row.pk))
    if (!scope || !isAttachmentKey(String(row.sk))) return
    const attachment = parseAttachment(row)
    const { tenant } = scope
    const isOpen = !isUploadOver(attachment.state)
    const isStored = await isCharged(deps.store, tenant, attachment)
    const bytes = attachment.sizeBytes
    if (isStored || (isOpen && (await isReserved(deps.store, tenant, attachment))))
      add({ tenant }, { usedBytes: bytes })
    if (!attachment.isCounted || !(isOpen || isStored)) return
    add({ tenant, userId: attachment.requestedBy }, { openUploads: isOpen ? 1 : 0, usedBytes: bytes })
  })
  return isComplete ? sums : undefined
}

/** Whether the file counts as stored: a removed one does until its bytes are released. */
async function isCharged(store: Store, tenant: string, { state, ticketId, id, removalSeq: seq }: Attachment) {
  if (state === 'ready' || state === 'removing') return true
  if (state !== 'removed' || seq === undefined) return false
  return !(await isDone(store, tenant, removalSagaId({ ticketId, attachmentId: id, seq }), 'release'))
}

function isReserved(store: Store, tenant: string, { ticketId, id: attachmentId }: Attachment): Promise<boolean> {
  return isDone(store, tenant, attachmentSagaId({ ticketId, attachmentId }), 'quota')
}

/** Whether the step was done, by its fence, or by the saga when its fences have expired. */
async function isDone(store: Store, tenant: string, sagaId: string, step: string): Promise<boolean> {
  if ((await readRow(store, stepRow({ tenant, sagaId, step })))?.state === 'done') return true
  return (await readRow(store, sagaRow(tenant, sagaId)))?.state === 'completed'
}

/** False when the deadline came before the end. */
async function forEachRow(
  { store, runtime, throttle }: Deps,
  table: TableName,
  deadlineMs: number,
  handle: (row: Row) => Promise<void>,
): Promise<boolean> {
  for await (const rows of scanPages(store, table)) {
    if (runtime.now() >= deadlineMs) return false
    for (const row of rows) await handle(row)
    await throttle?.wait()
  }
  return true
}
