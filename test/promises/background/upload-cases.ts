import { handleUpload } from '../../../app/handle-upload.ts'
import { handleScanVerdict } from '../../../functions/record-scan/handle-scan-verdict.ts'
import { sweepCopies } from '../../../functions/sweep-copies/sweep-copies.ts'
import { sweepUploads } from '../../../functions/sweep-uploads/sweep-uploads.ts'
import { MemoryObjectStore } from '../../../gateways/object-store-memory.ts'
import { cleanKey, quarantineKey } from '../../../sagas/attachment/object-keys.ts'
import type { Store } from '../../../tables/store.ts'
import { Api } from '../../fixtures/api.ts'
import { AttachmentCase, png, promiseOf } from '../../sagas/attachment-fixture.ts'
import { uploadTicketId } from '../grown-store.ts'
import { type Case, later, observer } from './case.ts'

/** An attachment of the ticket whose saga waits for the upload. */
async function attachmentIn(store: Store): Promise<AttachmentCase> {
  const attachment = new AttachmentCase({ api: new Api({ store }) })
  await attachment.request(promiseOf(png), uploadTicketId)
  await attachment.start()
  return attachment
}

async function uploadedIn(store: Store): Promise<AttachmentCase> {
  const attachment = await attachmentIn(store)
  attachment.put(png)
  return attachment
}

/** What becomes of an uploaded file, by notification and by sweep. */
export const uploadCases = {
  'record-upload': [
    {
      async prepare(store) {
        const attachment = await uploadedIn(store)
        return () => handleUpload(attachment, attachment.key)
      },
    },
  ],
  'sweep-uploads': [
    {
      async prepare(store) {
        const attachment = await uploadedIn(store)
        const { runtime, objects, callbacks } = attachment
        await runtime.sleep(60_000)
        return () => sweepUploads({ store, runtime, objects, callbacks, observer }, runtime.now() + 60_000)
      },
    },
  ],
  'sweep-copies': [
    {
      async prepare(store) {
        const { runtime, ref } = await uploadedIn(store)
        const objects = new MemoryObjectStore(() => runtime.now())
        objects.put(cleanKey(ref), png)
        return () => sweepCopies({ store, runtime, objects, observer }, runtime.now() + 60_000)
      },
    },
  ],
  'record-scan': [
    {
      async prepare(store) {
        const { ref, runtime, callbacks } = await uploadedIn(store)
        const scanned = { key: quarantineKey(ref), etag: 'ab'.repeat(16), verdict: { verdict: 'clean' } as const }
        return () => handleScanVerdict({ store, runtime, callbacks }, scanned, later(runtime))
      },
    },
  ],
} satisfies Record<string, Case[]>
