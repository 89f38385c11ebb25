import { createHash } from 'node:crypto'
import { roomIsKept } from '../proof/mutants/saga-mutants.ts'
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
  'An upload never comes, or nobody hears of it',
  {
    shows:
      'A saga that waits for an upload waits for a bounded time, looks for itself before it gives up, and gives everything back.',
    guard: 'the bound of the wait, its own look at the object, and an undo for every step before it',
    mutant: roomIsKept,
    invariants: [15, 20, 21],
    targets: 'embedded',
  },
  ({ target, tenant, person, faults, step, claim, note, until, untilIdle, evidence, traceEntries }) =>
    withShortenedTimes(target, 'uploads', async () => {
      const carla = person('carla', 'customer')
      const bytes = async () => (await evidence()).attachmentBytes.map(({ value }) => value.usedBytes)
      let ticketId = ''
      const ask = async () => {
        const { body } = await carla.sendUntilAnswered('POST', `/tickets/${ticketId}/attachments`, file)
        const path = `/tickets/${ticketId}/attachments/${body.id}`
        const read = async () => (await carla.get(path)).body
        const slot = await until('the address', read, ({ state }) => state === 'awaiting_upload')
        const put = () =>
          fetch(String(slot.uploadUrl), {
            method: 'PUT',
            headers: slot.uploadHeaders as Record<string, string>,
            body: text,
          })
        return { read, put }
      }
      let late: Awaited<ReturnType<typeof ask>> | undefined
      await step(
        {
          do: 'Carla asks to attach a file, gets an address for it, and closes her laptop. (The quarter of an hour that the saga would wait is three seconds here.)',
          shows: 'When the time is up the saga looks for the object, finds none, and gives the room back.',
          without: 'an execution that waits for ever, and bytes that count against her company and hold nothing.',
        },
        async () => {
          ticketId = String(
            (await carla.sendUntilAnswered('POST', '/tickets', { title: 'My receipt', body: 'Is attached.' })).body.id,
          )
          late = await ask()
          const { state, reason } = await until('the end of the wait', late.read, (one) => one.state === 'expired')
          note(`${state}: ${reason}`)
          claim('the attachment has expired, and says why', reason, 'nothing was uploaded in time')
          await untilIdle()
          claim('no room is taken up', await bytes(), [0])
        },
      )
      await step(
        {
          do: 'Her laptop wakes up and uploads to the address, which it still has.',
          shows: 'Whoever hears of the object sees that its attachment has ended, and removes it.',
          without: 'a file in the bucket that belongs to nothing, paid for until somebody wonders what it is.',
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
          do: 'She asks again and uploads in time; but every notification of the upload is lost.',
          shows: 'The saga is woken by nobody. When its time is up it looks, finds the object, and takes it in.',
          without: 'a file that is there, and an attachment that says it never came.',
        },
        async () => {
          const hears = { function: '*-record-upload', key: `*${tenant}*` }
          const lost = { do: 'refuse', error: 'NotificationLost' } as const
          await faults.set({ name: 'nobody-hears', at: 'invocation', where: hears, fault: lost })
          // Its first task opens the slot, its second looks: not before the upload, however slow this machine is.
          const looks = { function: '*-run-attachment-step', key: tenant }
          await faults.set({ name: 'look-waits', at: 'invocation', where: looks, fault: { do: 'hold' }, from: 2 })
          const { read, put } = await ask()
          claim('the upload succeeds', (await put()).ok)
          await until(
            'the end of the wait',
            () => faults.firedCount('look-waits'),
            (count) => count > 0,
          )
          await faults.lift('look-waits')
          const { state } = await until('the file', read, (one) => one.state === 'ready' || one.state === 'expired')
          claim('the file is ready', state, 'ready')
          await untilIdle()
          await faults.lift('nobody-hears')
          claim('it takes up the room of one file', await bytes(), [text.length])
        },
      )
    }),
)
