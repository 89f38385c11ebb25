import { createHash } from 'node:crypto'
import { handleUpload } from '../../app/handle-upload.ts'
import { handleScanVerdict } from '../../functions/record-scan/handle-scan-verdict.ts'
import type { Callbacks } from '../../gateways/callbacks.ts'
import type { ObjectStore } from '../../gateways/object-store.ts'
import { MemoryObjectStore } from '../../gateways/object-store-memory.ts'
import { EicarScanner } from '../../gateways/scanner-eicar.ts'
import { attachmentSaga, uploadSecondsDefault } from '../../sagas/attachment/attachment.ts'
import { cleanKey, quarantineKey } from '../../sagas/attachment/object-keys.ts'
import { attachmentSagaId } from '../../sagas/attachment/saga-id.ts'
import { taskRunner } from '../../sagas/run-task.ts'
import { attachmentBytesRow } from '../../tables/attachment-quota.ts'
import { attachmentRow } from '../../tables/attachments.ts'
import { toWrite } from '../../tables/changes.ts'
import { appendEvent } from '../../tables/events.ts'
import { readRow } from '../../tables/read-row.ts'
import type { Store } from '../../tables/store.ts'
import type { HarnessRun, Outside, SagaHarness } from './saga-harness.ts'
import { at, correlationId, event, tenant } from './ticket-story.ts'

const ticketId = '11111111-1111-4111-8111-111111111111'
const id = '22222222-2222-4222-8222-222222222222'
const ref = { tenant, ticketId, id }
const aggregate = { type: 'ticket', id: ticketId } as const
const file = Buffer.from('It burns.')

/** Ann attaches a file as soon as she can; to a ticket that was closed meanwhile nothing is attached any more. */
export const attachmentHarness = harnessOf({ isScanned: false })

/** The same, and the scanner says of whatever lies there that it is clean, again and again. */
export const scannedAttachmentHarness = harnessOf({ isScanned: true })

function harnessOf(forms: { isScanned: boolean }): SagaHarness {
  const saga = attachmentSaga(forms)
  const callsOutside = { do: ['promote', 'clean'], undo: ['promote', 'upload'] }
  return { saga, callsOutside, run: (refuses) => runOf(saga, refuses) }
}

function runOf(saga: ReturnType<typeof attachmentSaga>, refuses: boolean): HarnessRun {
  const objects = new MemoryObjectStore()
  const status = refuses ? 'closed' : 'open'
  const ticket = { id: ticketId, title: 'Printer on fire', requester: 'ann', priority: 'normal' } as const
  const promised = { contentType: 'text/plain', sizeBytes: file.length } as const
  const opened = event(
    1,
    'ann',
    { type: 'ticket.opened', data: { priority: 'normal', requester: 'ann', messageId: 'M1' } },
    aggregate,
  )
  const requested = event(
    2,
    'ann',
    { type: 'ticket.attachment_requested', data: { attachmentId: id, ...promised } },
    aggregate,
  )
  const asked = {
    id,
    ticketId,
    seq: 2,
    fileName: 'fire.txt',
    ...promised,
    sha256: createHash('sha256').update(file).digest('hex'),
    state: 'requested',
    requestedBy: 'ann',
    requestedAt: at,
  } as const
  return {
    start: {
      id: attachmentSagaId({ ticketId, attachmentId: id }),
      tenant,
      aggregate,
      eventId: requested.id,
      correlationId,
      input: { ticketId, attachmentId: id },
    },
    rows: [
      appendEvent(opened),
      appendEvent(requested),
      toWrite(tenant, {
        operation: 'put',
        entity: 'ticket',
        ticket: { ...ticket, status: 'open', version: 1, openedAt: at, updatedAt: at },
      }),
      toWrite(tenant, {
        operation: 'put',
        entity: 'ticket',
        ticket: { ...ticket, status, version: 2, openedAt: at, updatedAt: at },
      }),
      toWrite(tenant, { operation: 'put', entity: 'attachment', attachment: asked }),
    ],
    runner: ({ store, runtime, outside }) => {
      // Nobody is woken by the saga itself: hearing of the upload, again and again, does.
      const callbacks: Callbacks = { succeed: async () => 'task-closed' }
      const tools = { objects: reached(objects, outside), scanner: new EicarScanner(), callbacks, runtime }
      return taskRunner(saga, { store, runtime, tools: { ...tools, uploadSeconds: uploadSecondsDefault } })
    },
    accepted: () => [],
    async others({ store, runtime, wake }) {
      const attachment = await readRow(store, attachmentRow(ref))
      const state = attachment?.state
      const key = quarantineKey(ref)
      const callbacks = { succeed: wake }
      if (state === 'awaiting_upload') {
        objects.put(key, file)
        await handleUpload({ store, runtime, objects, callbacks }, key)
      }
      const lies = saga.form && (await objects.head(key))
      if (lies) await handleScanVerdict({ store, callbacks }, { key, etag: lies.etag, verdict: { verdict: 'clean' } })
    },
    leftovers: (state, store) => leftoversOf(state, store, objects),
  }
}

/** The bucket as a step reaches it: what it changes there is a call to something outside. */
function reached(objects: MemoryObjectStore, outside: Outside): ObjectStore {
  const parseFence = (key: string) => (key === cleanKey(ref) ? 'promote' : 'upload')
  return {
    presignUpload: (upload) => objects.presignUpload(upload),
    presignDownload: (download) => objects.presignDownload(download),
    head: (key) => objects.head(key),
    read: (key, options) => objects.read(key, options),
    copy: (copy) => outside('promote', 'do', () => objects.copy(copy)),
    delete: (key) => outside('clean', 'do', () => outside(parseFence(key), 'undo', () => objects.delete(key))),
    list: (prefix) => objects.list(prefix),
  }
}

async function leftoversOf(state: string, store: Store, objects: MemoryObjectStore): Promise<string[]> {
  const isIn = state === 'completed'
  const attachment = await readRow(store, attachmentRow(ref))
  const counter = await readRow(store, attachmentBytesRow(tenant))
  const is = {
    objects: objects.keys().join(' '),
    state: attachment?.state,
    bytes: counter?.usedBytes ?? 0,
  }
  const should = isIn
    ? { objects: cleanKey(ref), state: 'ready', bytes: file.length }
    : { objects: '', state: 'rejected', bytes: 0 }
  const found = Object.entries(should).filter(([what, value]) => is[what as keyof typeof is] !== value)
  return found.map(([what, value]) => `${what}: ${is[what as keyof typeof is]}, not ${value}`)
}
