import { describe, expect, it } from 'vitest'
import { Draft } from '../../app/restore/draft.ts'
import { keepInfections } from '../../app/restore/keep-infections.ts'
import { type RestoredRows, restoredTables } from '../../app/restore/restored-tables.ts'
import type { DomainEvent } from '../../domain/event.ts'
import { mustBeTakenBack } from '../../domain/take-back.ts'
import { parseScannedAttachment } from '../../tables/attachment-scans.ts'
import { png, promiseOf } from '../sagas/attachment-fixture.ts'

const ticketId = '00000001-0000-4000-8000-000000000000'
const id = '00000002-0000-4000-8000-000000000000'
const at = '2026-03-01T12:00:00.000Z'
const file = {
  pk: `TENANT#acme#TICKET#${ticketId}`,
  sk: `ATTACHMENT#${id}`,
  tenant: 'acme',
  id,
  ticketId,
  seq: 2,
  ...promiseOf(png),
  requestedBy: 'carla',
  requestedAt: at,
  state: 'ready',
  etag: 'e1',
}

function repairedFile(why?: 'infected') {
  const rows = Object.fromEntries(restoredTables.map((table) => [table, table === 'Tickets' ? [file] : []]))
  const draft = new Draft(rows as unknown as RestoredRows)
  const event = {
    tenant: 'acme',
    aggregate: { type: 'ticket', id: ticketId },
    type: 'ticket.attachment_removal_requested',
    data: { attachmentId: id, contentType: 'image/png', sizeBytes: png.length, ...(why && { why }) },
  } as unknown as DomainEvent
  keepInfections(draft, { cut: [{ row: {}, event }] })
  return parseScannedAttachment(draft.all('Tickets')[0] ?? {})
}

describe('a file that a restore brings back', () => {
  it('is taken back again where malware was found in it after the point', () => {
    expect(mustBeTakenBack(repairedFile('infected'))).toBe(true)
  })

  it('is kept where a person had removed it', () => {
    expect(repairedFile()).toMatchObject({ state: 'ready', infection: undefined })
  })
})
