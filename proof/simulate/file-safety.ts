import { openUploadsMax } from '../../domain/upload-quota.ts'
import { attachmentOfKey, cleanPrefix } from '../../sagas/attachment/object-keys.ts'
import { aggregateKey } from '../../tables/keys.ts'
import type { Row } from '../../tables/store.ts'
import type { Report, SafetyOptions } from './broken-invariant.ts'
import { files, sha256Of } from './files.ts'
import type { Mirror, RowChange } from './mirror.ts'

/** What must hold of attachments, their objects and the bytes that they are charged for, after every step. */
export class FileSafety {
  readonly #mirror: Mirror
  readonly #report: Report
  /** The digest of each object. */
  readonly #objects = new Map<string, string>()

  readonly #isScanned: boolean
  readonly #count: (what: string | undefined) => void

  constructor(mirror: Mirror, report: Report, { isScanned, count }: Pick<SafetyOptions, 'isScanned' | 'count'>) {
    this.#mirror = mirror
    this.#report = report
    this.#isScanned = isScanned
    this.#count = (what) => what !== undefined && count(what)
  }

  /** Keys of objects that do not stay: the sweeper has to find them, or their saga is under way. */
  passing(): string[] {
    return [...this.#objects.keys()].filter((key) => !key.startsWith(cleanPrefix) || !isStored(this.#attachment(key)))
  }

  /** Keys in `clean/` of attachments that have ended without a file, or in which malware was found. */
  toSweep(): string[] {
    return [...this.#objects.keys()].filter((key) => {
      const attachment = key.startsWith(cleanPrefix) && this.#attachment(key)
      return attachment && (hasNoFile(attachment) || attachment.infection !== undefined)
    })
  }

  stored(key: string, bytes: Uint8Array): void {
    const sha256 = sha256Of(bytes)
    if ((this.#objects.get(key) ?? sha256) !== sha256) this.#report(20, key, 'was overwritten with other bytes')
    this.#objects.set(key, sha256)
  }

  deleted(key: string): void {
    this.#objects.delete(key)
    const attachment = this.#attachment(key)
    if (key.startsWith(cleanPrefix) && isStored(attachment))
      this.#report(20, key, `was deleted, although its attachment is ${attachment?.state}`)
  }

  judge(change: RowChange): void {
    if (change.table === 'Quotas') this.#judgeQuota(change)
    if (change.table === 'Tickets' && change.key.sk?.startsWith('ATTACHMENT#')) this.#judgeAttachment(change)
  }

  #judgeAttachment({ key, before, after }: RowChange): void {
    const subject = `${key.pk} ${key.sk}`
    if (!after) {
      this.#report(21, subject, 'was deleted')
      return
    }
    const [from, to] = [String(before?.state ?? 'absent'), String(after.state)]
    if (from === to) return
    if (!following[from]?.includes(to)) this.#report(1, subject, `went from ${from} to ${to}`)
    this.#count(from === 'removing' && to === 'ready' ? whatBecame.kept : whatBecame[to])
    if (to !== 'ready') return
    const [, tenant, , ticketId] = key.pk.split('#')
    const object = this.#objects.get(`${cleanPrefix}${tenant}/${ticketId}/${after.id}`)
    if (object !== after.sha256)
      this.#report(20, subject, `became ready, but its object ${object ? 'is another' : 'does not exist'}`)
    if (after[`scan_${after.etag}_infected`] !== undefined)
      this.#report(20, subject, 'became ready, although a scan had found malware in it')
    if (this.#isScanned && after[`scan_${after.etag}_clean`] === undefined)
      this.#report(20, subject, 'became ready, although no scan has found it clean')
    if (after.sha256 !== files.harmless.declared.sha256) this.#report(20, subject, 'became ready with a bad file')
  }

  #judgeQuota({ key, after }: RowChange): void {
    const { usedBytes = 0, openUploads = 0 } = (after ?? {}) as { usedBytes?: number; openUploads?: number }
    if (usedBytes < 0 || openUploads < 0 || openUploads > openUploadsMax)
      this.#report(21, `${key.pk} ${key.sk}`, `counts ${usedBytes} bytes and ${openUploads} uploads`)
  }

  #attachment(key: string): Row | undefined {
    const ref = attachmentOfKey(key)
    if (!ref) return undefined
    const pk = aggregateKey(ref.tenant, { type: 'ticket', id: ref.ticketId })
    return this.#mirror.get('Tickets', { pk, sk: `ATTACHMENT#${ref.id}` })
  }
}

/** Which state of an attachment may follow which, written again: domain/attachment.ts is under test. */
const following: Record<string, readonly string[]> = {
  absent: ['requested'],
  requested: ['awaiting_upload', 'rejected', 'expired'],
  awaiting_upload: ['inspecting', 'rejected', 'expired'],
  inspecting: ['ready', 'rejected'],
  ready: ['removing'],
  removing: ['ready', 'removed'],
}

/** What is counted when an attachment comes into a state. */
const whatBecame: Record<string, string> = {
  ready: 'a file was published',
  rejected: 'a file was rejected',
  expired: 'nothing was uploaded in time',
  removed: 'a file was removed',
  kept: 'a file was kept: its removal did not take place',
}

function isStored(attachment: Row | undefined): boolean {
  return attachment?.state === 'ready' || attachment?.state === 'removing'
}

function hasNoFile({ state }: Row): boolean {
  return state === 'removed' || state === 'rejected' || state === 'expired'
}
