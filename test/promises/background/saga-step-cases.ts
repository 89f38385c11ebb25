import { attachmentSaga } from '../../../sagas/attachment/attachment.ts'
import { Api } from '../../fixtures/api.ts'
import { AttachmentCase, png, promiseOf } from '../../sagas/attachment-fixture.ts'
import { NotificationCase } from '../../sagas/notification-fixture.ts'
import { RemovalCase, readyFile } from '../../sagas/removal-fixture.ts'
import { WebhookCase } from '../../sagas/webhook-fixture.ts'
import { uploadTicketId } from '../grown-store.ts'
import type { Case } from './case.ts'

/** Functions that run the tasks of sagas: each case is a whole saga. */
export const sagaStepCases = {
  'run-notification-step': [
    {
      async prepare(store) {
        const saga = await new NotificationCase({ store }).begin('ok')
        return () => saga.run()
      },
    },
  ],
  'run-webhook-step': [
    {
      async prepare(store) {
        const saga = await new WebhookCase({ store }).begin('up')
        return () => saga.run()
      },
    },
  ],
  'run-attachment-step': [
    {
      async prepare(store) {
        const attachment = new AttachmentCase({ api: new Api({ store }) })
        await attachment.request(promiseOf(png), uploadTicketId)
        attachment.put(png)
        await attachment.write(attachmentSaga({ isScanned: false }))
        return async () => (await attachment.execute(1)).resume()
      },
    },
  ],
  'run-removal-step': [
    {
      async prepare(store) {
        const file = await readyFile(new Api({ store }), uploadTicketId)
        const removal = await new RemovalCase(file).begin()
        return () => removal.run()
      },
    },
  ],
} satisfies Record<string, Case[]>
