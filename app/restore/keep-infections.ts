import { attachmentRow, parseAttachment } from '../../tables/attachments.ts'
import { verdictAttribute } from '../../tables/scan-attributes.ts'
import type { CutHistory } from './cut-history.ts'
import type { Draft } from './draft.ts'

/** No event has the name of the threat. */
const verdict = { verdict: 'infected', threat: 'found before a restore' }

/**
 * Malware that was found after the point is still in the file that the restore brings back, and nobody scans it again. With the verdict in
 * its row the file is not handed out, and `sweep-copies` takes it back anew.
 */
export function keepInfections(draft: Draft, { cut }: Pick<CutHistory, 'cut'>): void {
  for (const { event } of cut) {
    if (event.type !== 'ticket.attachment_removal_requested' || event.data.why !== 'infected') continue
    const { tenant, aggregate, data } = event
    const row = draft.get('Tickets', attachmentRow({ tenant, ticketId: aggregate.id, id: data.attachmentId }).key)
    const etag = row && parseAttachment(row).etag
    if (etag) draft.put('Tickets', { ...row, [verdictAttribute(etag, 'infected')]: verdict })
  }
}
