import { createHash } from 'node:crypto'
import { fetchWhole } from '../proof/fetch-whole.ts'
import { quotaNotReleased } from '../proof/mutants/saga-mutants.ts'
import { withShortenedTimes } from './runner/context/state-machines.ts'
import { scenario } from './runner/scenario.ts'

const text = 'A receipt, in words.'
const file = {
  fileName: 'receipt.txt',
  contentType: 'text/plain',
  sizeBytes: text.length,
  sha256: createHash('sha256').update(text).digest('hex'),
}

export const uploadNeverComes = scenario(
  'upload-never-comes',
  'An upload never arrives, or its notification is lost',
  {
    shows:
      'A saga waits for an upload for a bounded time, looks for the object itself before it gives up, and releases everything.',
    guard: 'the bounded wait, the saga’s own look for the object, and an undo for every step before it',
    mutants: [{ mutant: quotaNotReleased, breaks: [21] }],
    targets: 'embedded',
  },
  ({ target, tenant, person, faults, step, claim, note, until, untilIdle, evidence, traceEntries }) =>
    withShortenedTimes(target, 'uploads', async () => {
      const carla = person('carla', 'customer')
      const bytes = async () => (await evidence()).attachmentBytes.map(({ value }) => value.usedBytes)
      let ticketId = ''
      const requestSlot = async () => {
        const { body } = await carla.sendUntilAnswered('POST', `/tickets/${ticketId}/attachments`, file)
        const path = `/tickets/${ticketId}/attachments/${body.id}`
        const read = async () => (await carla.get(path)).body
        const slot = await until('the upload URL', read, ({ state }) => state === 'awaiting_upload')
        const put = () =>
          fetchWhole(String(slot.uploadUrl), {
            method: 'PUT',
            headers: slot.uploadHeaders as Record<string, string>,
            body: text,
          })
        return { read, put }
      }
      let late: Awaited<ReturnType<typeof requestSlot>> | undefined
      await step(
        {
          do: 'Carla asks to attach a file, gets a URL for the upload, and closes her laptop. (The saga would wait a quarter of an hour; here it waits three seconds.)',
          shows:
            'When the time is up, the saga looks for the object, finds none, and releases the storage that it reserved.',
          without:
            'An execution that waits forever, and bytes that count against her company although there is no file.',
        },
        async () => {
          ticketId = String(
            (await carla.sendUntilAnswered('POST', '/tickets', { title: 'My receipt', body: 'Is attached.' })).body.id,
          )
          late = await requestSlot()
          const { state, reason } = await until('the end of the wait', late.read, ({ state }) => state === 'expired')
          note(`${state}: ${reason}`)
          claim('the attachment has expired, and says why', reason, 'nothing was uploaded in time')
          await untilIdle()
          claim('no storage is used', await bytes(), [0])
        },
      )
      await step(
        {
          do: 'Her laptop wakes up and uploads to the URL, which it still has.',
          shows:
            'The function that receives the notification sees that the attachment has expired, and deletes the object.',
          without: 'A file in the bucket that belongs to nothing, paid for until someone wonders what it is.',
        },
        async () => {
          const removals = async () =>
            traceEntries().filter(({ from, what }) => from?.endsWith('-record-upload') && what === 'DeleteObject')
              .length
          claim('the upload itself succeeds', (await late?.put())?.ok)
          await until('the removal', removals, (count) => count > 0)
          claim('the attachment stays expired', (await late?.read())?.state, 'expired')
        },
      )
      await step(
        {
          do: 'She asks again and uploads in time. But every notification of the upload is lost.',
          shows: 'Nothing wakes the saga. When its time is up, it looks for the object, finds it, and goes on.',
          without: 'A file that is there, and an attachment that says it never came.',
        },
        async () => {
          const onUpload = { function: '*-record-upload', key: `*${tenant}*` }
          const lost = { do: 'refuse', error: 'NotificationLost' } as const
          await faults.set({ name: 'notification-lost', at: 'invocation', where: onUpload, fault: lost })
          // The saga's first task opens the slot, its second looks for the object: held until the upload is done, on a slow machine too.
          const secondTask = { function: '*-run-attachment-step', key: tenant }
          await faults.set({ name: 'look-held', at: 'invocation', where: secondTask, fault: { do: 'hold' }, from: 2 })
          const { read, put } = await requestSlot()
          claim('the upload succeeds', (await put()).ok)
          await until(
            'the end of the wait',
            () => faults.firedCount('look-held'),
            (count) => count > 0,
          )
          await faults.remove('look-held')
          const { state } = await until('the file', read, ({ state }) => state === 'ready' || state === 'expired')
          claim('the file is ready', state, 'ready')
          await untilIdle()
          await faults.remove('notification-lost')
          claim('the storage of one file is used', await bytes(), [text.length])
        },
      )
    }),
)
