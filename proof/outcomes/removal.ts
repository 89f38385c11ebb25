import { createHash } from 'node:crypto'
import { MemoryObjectStore } from '../../gateways/object-store-memory.ts'
import { attachment } from '../../sagas/attachment/attachment.ts'
import { cleanKey } from '../../sagas/attachment/object-keys.ts'
import { attachmentSagaId } from '../../sagas/attachment/saga-id.ts'
import { removal } from '../../sagas/removal/removal.ts'
import { removalSagaId } from '../../sagas/removal/saga-id.ts'
import { taskRunner } from '../../sagas/run-task.ts'
import { definitionVersion } from '../../sagas/version.ts'
import { attachmentBytesRow, uploadCounterRow } from '../../tables/attachment-quota.ts'
import { attachmentRow } from '../../tables/attachments.ts'
import { appendEvent } from '../../tables/events.ts'
import { readRow } from '../../tables/read-row.ts'
import { createSaga } from '../../tables/sagas.ts'
import { advanceFence } from '../../tables/step-keys.ts'
import type { Store, Write } from '../../tables/store.ts'
import { putTicket } from '../../tables/tickets.ts'
import type { SagaHarness } from './saga-harness.ts'
import { at, correlationId, event, tenant } from './ticket-fixture.ts'

const ticketId = '11111111-1111-4111-8111-111111111111'
const id = '22222222-2222-4222-8222-222222222222'
const ref = { tenant, ticketId, id }
const aggregate = { type: 'ticket', id: ticketId } as const
const file = Buffer.from('It burns.')
const facts = { attachmentId: id, contentType: 'text/plain', sizeBytes: file.length } as const
const seq = 4
const atMs = Date.parse(at)

/** Ann removes a file that she added. When the pivot is refused, the ticket has been closed meanwhile. */
export const removalHarness: SagaHarness = {
  saga: removal,
  outsideCalls: { do: ['delete'], undo: [] },
  setUp(pivotIsRefused) {
    const objects = new MemoryObjectStore()
    const requested = event(seq, 'ann', { type: 'ticket.attachment_removal_requested', data: facts }, aggregate)
    objects.put(cleanKey(ref), file)
    return {
      start: {
        id: removalSagaId({ ticketId, attachmentId: id, seq }),
        tenant,
        aggregate,
        eventId: requested.id,
        correlationId,
        input: { ticketId, attachmentId: id, seq },
      },
      rows: [...ticketWithFile(pivotIsRefused ? 'closed' : 'open'), appendEvent(requested)],
      runner: ({ store, runtime, callOutside }) => {
        const deleteObject = (each: string) => callOutside('delete', 'do', () => objects.delete(each))
        const tools = { objects: { delete: deleteObject }, runtime }
        return taskRunner(removal, { store, runtime, tools })
      },
      acceptedIds: () => [],
      findEndStateProblems: (state, store) => findEndStateProblems(state, store, objects),
    }
  },
}

/** A ticket with one file, which is marked for removal: every row, and the events before the request. */
function ticketWithFile(status: 'open' | 'closed'): Write[] {
  const opening = { priority: 'normal', requester: 'ann', messageId: 'M1' } as const
  const ticket = { id: ticketId, title: 'Printer on fire', requester: 'ann', priority: 'normal' } as const
  const versions = Array.from({ length: seq }, (_, index) =>
    putTicket(tenant, {
      ...ticket,
      status: index + 1 === seq ? status : 'open',
      version: index + 1,
      openedAt: at,
      updatedAt: at,
    }),
  )
  const { table, key } = attachmentRow(ref)
  const stored = {
    id,
    tenant,
    ticketId,
    seq: 2,
    fileName: 'fire.txt',
    contentType: facts.contentType,
    sizeBytes: file.length,
    sha256: createHash('sha256').update(file).digest('hex'),
    requestedBy: 'ann',
    requestedAt: at,
    readyAt: at,
    isCounted: true,
    state: 'removing',
    removalSeq: seq,
    removalRequestedBy: 'ann',
  }
  const bytes = attachmentBytesRow(tenant).key
  const person = uploadCounterRow(tenant, 'ann').key
  return [
    ...completedUpload(),
    ...versions,
    appendEvent(event(1, 'ann', { type: 'ticket.opened', data: opening }, aggregate)),
    appendEvent(event(2, 'ann', { type: 'ticket.attachment_requested', data: facts }, aggregate)),
    appendEvent(event(3, 'ann', { type: 'ticket.attachment_added', data: facts }, aggregate)),
    { kind: 'put', table, row: { ...key, ...stored } },
    { kind: 'put', table: 'Quotas', row: { ...bytes, usedBytes: file.length } },
    { kind: 'put', table: 'Quotas', row: { ...person, openUploads: 0, usedBytes: file.length } },
  ]
}

/** The saga that added the file, with its fences. */
function completedUpload(): Write[] {
  const sagaId = attachmentSagaId({ ticketId, attachmentId: id })
  const created = createSaga({
    id: sagaId,
    tenant,
    name: attachment.name,
    definition: definitionVersion(attachment),
    aggregate,
    eventId: `${ticketId}-2`,
    correlationId,
    input: { ticketId, attachmentId: id },
    startedAt: at,
  })
  if (created.kind !== 'put') throw new Error('a saga is created by a put')
  const { livePk: _, ...row } = created.row
  const fences = attachment.steps.map(({ name }) => {
    const result = name === 'quota' ? { bytes: file.length } : null
    return advanceFence({ tenant, sagaId, step: name }, 'absent', { state: 'done', result }, { atMs, endsSaga: true })
  })
  return [
    { kind: 'put', table: 'Sagas', row: { ...row, state: 'completed', endedAt: at } as typeof created.row },
    ...fences,
  ]
}

async function findEndStateProblems(state: string, store: Store, objects: MemoryObjectStore): Promise<string[]> {
  const stored = await readRow(store, attachmentRow(ref))
  const tenantBytes = (await readRow(store, attachmentBytesRow(tenant)))?.usedBytes
  const personBytes = (await readRow(store, uploadCounterRow(tenant, 'ann')))?.usedBytes
  const actual = { objects: objects.keys().join(' '), state: stored?.state, tenantBytes, personBytes }
  const expected =
    state === 'completed'
      ? { objects: '', state: 'removed', tenantBytes: 0, personBytes: 0 }
      : { objects: cleanKey(ref), state: 'ready', tenantBytes: file.length, personBytes: file.length }
  const names = Object.keys(expected) as (keyof typeof expected)[]
  return names
    .filter((name) => actual[name] !== expected[name])
    .map((name) => `its ${name} should be ${expected[name]}, but is ${actual[name]}`)
}
