import { createHash } from 'node:crypto'
import { handleUpload } from '../../app/handle-upload.ts'
import { handleScanVerdict } from '../../functions/record-scan/handle-scan-verdict.ts'
import type { Callbacks } from '../../gateways/callbacks.ts'
import type { ObjectStore } from '../../gateways/object-store.ts'
import { MemoryObjectStore } from '../../gateways/object-store-memory.ts'
import { EicarScanner } from '../../gateways/scanner-eicar.ts'
import { attachmentSaga, uploadSecondsDefault } from '../../sagas/attachment/attachment.ts'
import { detectType } from '../../sagas/attachment/detect-type.ts'
import { cleanKey, quarantineKey } from '../../sagas/attachment/object-keys.ts'
import { attachmentSagaId } from '../../sagas/attachment/saga-id.ts'
import { taskRunner } from '../../sagas/run-task.ts'
import { attachmentBytesRow, uploadCounterRow } from '../../tables/attachment-quota.ts'
import { attachmentRow } from '../../tables/attachments.ts'
import { toWrite } from '../../tables/changes.ts'
import { appendEvent } from '../../tables/events.ts'
import { readRow } from '../../tables/read-row.ts'
import type { Store } from '../../tables/store.ts'
import type { CallOutside, HarnessSetup, SagaHarness } from './saga-harness.ts'
import { at, correlationId, event, tenant } from './ticket-fixture.ts'

const ticketId = '11111111-1111-4111-8111-111111111111'
const id = '22222222-2222-4222-8222-222222222222'
const ref = { tenant, ticketId, id }
const aggregate = { type: 'ticket', id: ticketId } as const
const file = Buffer.from('It burns.')

/** Ann uploads a file as soon as she gets its URL. When the pivot is refused, the ticket has been closed meanwhile. */
export const attachmentHarness = createHarness({ isScanned: false })

/** The same with a malware scanner, which reports the uploaded file as clean. */
export const scannedAttachmentHarness = createHarness({ isScanned: true })

function createHarness(forms: { isScanned: boolean }): SagaHarness {
  const saga = attachmentSaga(forms)
  const outsideCalls = { do: ['promote', 'clean'], undo: ['promote', 'upload'] }
  return { saga, outsideCalls, setUp: (pivotIsRefused) => setUp(saga, pivotIsRefused) }
}

function setUp(saga: ReturnType<typeof attachmentSaga>, pivotIsRefused: boolean): HarnessSetup {
  const objects = new MemoryObjectStore()
  const status = pivotIsRefused ? 'closed' : 'open'
  const ticket = { id: ticketId, title: 'Printer on fire', requester: 'ann', priority: 'normal' } as const
  const announced = { contentType: 'text/plain', sizeBytes: file.length } as const
  const opened = event(
    1,
    'ann',
    { type: 'ticket.opened', data: { priority: 'normal', requester: 'ann', messageId: 'M1' } },
    aggregate,
  )
  const requested = event(
    2,
    'ann',
    { type: 'ticket.attachment_requested', data: { attachmentId: id, ...announced } },
    aggregate,
  )
  const attachment = {
    id,
    ticketId,
    seq: 2,
    fileName: 'fire.txt',
    ...announced,
    sha256: createHash('sha256').update(file).digest('hex'),
    state: 'requested',
    requestedBy: 'ann',
    requestedAt: at,
    isCounted: true,
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
      toWrite(tenant, { operation: 'put', entity: 'attachment', attachment }),
      toWrite(tenant, { operation: 'reserve', entity: 'upload', userId: 'ann', sizeBytes: file.length }),
    ],
    runner: ({ store, runtime, callOutside }) => {
      // The saga's own callback finds no waiting task; the repeated upload notifications below complete the wait.
      const callbacks: Callbacks = { succeed: async () => 'task-closed' }
      const tools = {
        objects: withOutsideCalls(objects, callOutside),
        scanner: new EicarScanner(),
        detectType,
        callbacks,
        runtime,
        uploadSeconds: uploadSecondsDefault,
      }
      return taskRunner(saga, { store, runtime, tools })
    },
    acceptedIds: () => [],
    async actWhileWaiting({ store, runtime, succeedCallback }) {
      const stored = await readRow(store, attachmentRow(ref))
      const key = quarantineKey(ref)
      const callbacks = { succeed: succeedCallback }
      if (stored?.state === 'awaiting_upload') {
        objects.put(key, file)
        await handleUpload({ store, runtime, objects, callbacks }, key)
      }
      const uploaded = saga.form && (await objects.head(key))
      if (uploaded)
        await handleScanVerdict(
          { store, runtime, callbacks },
          { key, etag: uploaded.etag, verdict: { verdict: 'clean' } },
          runtime.now() + 10_000,
        )
    },
    findEndStateProblems: (state, store) => findEndStateProblems(state, store, objects),
  }
}

/** The bucket with every change as an outside call. A delete is the do of `clean`, or the undo of the step that wrote the object. */
function withOutsideCalls(objects: MemoryObjectStore, callOutside: CallOutside): ObjectStore {
  const writerOf = (key: string) => (key === cleanKey(ref) ? 'promote' : 'upload')
  return {
    presignUpload: (upload) => objects.presignUpload(upload),
    presignDownload: (download) => objects.presignDownload(download),
    head: (key) => objects.head(key),
    read: (key, options) => objects.read(key, options),
    copy: (copy) => callOutside('promote', 'do', () => objects.copy(copy)),
    delete: (key) => callOutside('clean', 'do', () => callOutside(writerOf(key), 'undo', () => objects.delete(key))),
    putOnce: (key, bytes) => objects.putOnce(key, bytes),
    list: (prefix) => objects.list(prefix),
  }
}

async function findEndStateProblems(state: string, store: Store, objects: MemoryObjectStore): Promise<string[]> {
  const attachment = await readRow(store, attachmentRow(ref))
  const counter = await readRow(store, attachmentBytesRow(tenant))
  const person = await readRow(store, uploadCounterRow(tenant, 'ann'))
  const actual = {
    objects: objects.keys().join(' '),
    state: attachment?.state,
    bytes: counter?.usedBytes ?? 0,
    openUploads: person?.openUploads,
    personBytes: person?.usedBytes,
  }
  const expected =
    state === 'completed'
      ? { objects: cleanKey(ref), state: 'ready', bytes: file.length, openUploads: 0, personBytes: file.length }
      : { objects: '', state: 'rejected', bytes: 0, openUploads: 0, personBytes: 0 }
  const names = Object.keys(expected) as (keyof typeof expected)[]
  return names
    .filter((name) => actual[name] !== expected[name])
    .map((name) => `its ${name} should be ${expected[name]}, but is ${actual[name]}`)
}
