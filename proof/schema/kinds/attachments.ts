import * as z from 'zod'
import { Attachment } from '../../../domain/attachment.ts'
import { recordVerdict, ScanAttributes } from '../../../tables/attachment-scans.ts'
import {
  openSlot,
  putAttachment,
  recordUpload,
  startInspection,
  UploadAttributes,
} from '../../../tables/attachments.ts'
import { at, ids, later, tenant } from '../example.ts'
import { person, tenantNote } from '../notes.ts'
import { rowKind } from '../row-kind.ts'

const ref = { tenant, ticketId: ids.ticket, id: ids.attachment }
const untilItEnds = 'before the upload is awaited, and after the attachment has a final state or is ready'

/** The metadata of a file; its bytes are an object of S3. */
const attachment = rowKind({
  name: 'attachment',
  table: 'Tickets',
  key: { pk: 'TENANT#{tenant}#TICKET#{ticketId}', sk: 'ATTACHMENT#{attachmentId}' },
  is: 'one file of a ticket, from the request to upload it on: metadata only',
  life: 'mutable',
  changed:
    'its sagas, the notification of an upload and scan results; each only from the states that the transition table allows',
  deleted: 'never: `removed`, `rejected` and `expired` stay as a record that there was a file. The object is deleted',
  unique: 'its id, made by the system; the request must find no row',
  schema: z.object({ ...Attachment.shape, ...UploadAttributes.shape, ...ScanAttributes.shape }),
  notes: {
    id: 'the file',
    ticketId: 'its ticket',
    seq: 'number of the event that requested it',
    fileName: { meaning: 'as announced; shown when it is downloaded, never part of a key', personal: 'text' },
    contentType: 'as announced; the inspection compares it with the bytes',
    sizeBytes: 'as announced; signed into the upload’s address',
    sha256: 'as announced, in lower case; the inspection compares it with the bytes',
    state: { meaning: 'where it stands; which may follow which is a table', changes: 'with each step of its sagas' },
    requestedBy: person('who asked to upload it'),
    requestedAt: 'when that was',
    uploadExpiresAt: {
      meaning: 'when the upload slot closes',
      changes: 'when the slot is opened',
      absent: 'before that',
    },
    readyAt: {
      meaning: 'when it became part of the ticket',
      changes: 'at that time',
      absent: 'unless it did, and on files of earlier versions',
    },
    etag: {
      meaning: 'ETag of the bytes that became part of the ticket',
      changes: 'at that time',
      absent: 'unless it did, and on files of earlier versions',
    },
    reason: {
      meaning: 'why it was rejected, has expired or is taken back',
      changes: 'when it ends or is taken back',
      absent: 'on all others',
    },
    isCounted: { meaning: 'whether it counts in its uploader’s quota', absent: 'on rows of earlier versions' },
    removalSeq: {
      meaning: 'number of the event that requested its removal',
      changes: 'when the removal is requested; removed when it does not take place',
      absent: 'without a removal',
    },
    removalRequestedBy: {
      ...person('who asked for its removal'),
      changes: 'as `removalSeq`',
      absent: 'without a removal',
    },
    removalWhy: {
      meaning: 'why the system removes it',
      changes: 'when malware is found in it',
      absent: 'when a person asked for the removal',
    },
    removedAt: { meaning: 'when it was removed', changes: 'at that time', absent: 'until then' },
    token: {
      meaning: 'task token of the saga that waits for the upload',
      personal: 'secret',
      changes: 'with each retry of the wait',
      absent: untilItEnds,
    },
    uploadedAt: { meaning: 'when an upload was reported', changes: 'with a report', absent: 'until then' },
    scanToken: {
      meaning: 'task token of the saga that waits for a verdict',
      personal: 'secret',
      changes: 'with each retry of the wait',
      absent: 'unless a saga waits for one',
    },
    scanEtag: {
      meaning: 'ETag of the bytes that the saga waits for',
      changes: 'as `scanToken`',
      absent: 'unless a saga waits for a verdict',
    },
  },
  stored: { tenant: tenantNote },
  families: [
    {
      name: 'scan_{etag}_{verdict}',
      names: /^scan_.+_(?:infected|clean|unscannable)$/,
      type: '{ `verdict`; `threat` or `why` }',
      meaning:
        'one verdict of the malware scanner on these bytes, each an attribute of its own so that none overwrites another',
      changes: 'when a verdict arrives',
    },
  ],
  example: () => [
    putAttachment(tenant, {
      id: ids.attachment,
      ticketId: ids.ticket,
      seq: 2,
      fileName: 'report.pdf',
      contentType: 'application/pdf',
      sizeBytes: 48_211,
      sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      state: 'requested',
      requestedBy: 'carla',
      requestedAt: at,
      isCounted: true,
    }),
    openSlot(ref, { token: 'a task token', replaces: undefined, expiresAt: later }),
    recordUpload(ref, later),
    startInspection(ref),
    recordVerdict(ref, '9b2cf535f27731c974343645a3985328', { verdict: 'clean' }),
    putAttachment(tenant, {
      id: ids.attachment,
      ticketId: ids.ticket,
      seq: 2,
      fileName: 'report.pdf',
      contentType: 'application/pdf',
      sizeBytes: 48_211,
      sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      state: 'ready',
      requestedBy: 'carla',
      requestedAt: at,
      readyAt: later,
      etag: '9b2cf535f27731c974343645a3985328',
      isCounted: true,
    }),
  ],
})

export const attachmentKinds = [attachment]
