import { createHash } from 'node:crypto'
import { attachmentBytesMax } from '../domain/attachment.ts'
import { fetchWhole } from '../proof/fetch-whole.ts'
import { noLimitPerPerson } from '../proof/mutants/saga-mutants.ts'
import type { Person } from './runner/context/person.ts'
import { endUploadWaits } from './runner/context/state-machines.ts'
import { scenario } from './runner/scenario.ts'

const text = 'The invoice, in words.'
const invoice = {
  fileName: 'invoice.txt',
  contentType: 'text/plain',
  sizeBytes: text.length,
  sha256: createHash('sha256').update(text).digest('hex'),
}

/** How many files of the largest size a tenant can hold, and one. */
const wanted = 101

export const uploadHoarder = scenario(
  'upload-hoarder',
  'One person requests a hundred uploads and uploads nothing',
  {
    shows: 'A person has a part of what a tenant may upload, so nobody can use up what all others need.',
    guard: 'the person’s counter of uploads and bytes, conditional in the transaction of the request',
    mutants: [{ mutant: noLimitPerPerson, breaks: [30] }],
    targets: 'embedded',
  },
  async ({ target, person, step, claim, note, until, untilIdle, evidence }) => {
    const harald = person('harald', 'customer')
    const carla = person('carla', 'customer')
    const openTicket = async (by: Person) =>
      String((await by.sendUntilAnswered('POST', '/tickets', { title: 'My files', body: 'Attached.' })).body.id)
    const request = async (by: Person, ticketId: string, file: object) => {
      const { status, body } = await by.sendUntilAnswered('POST', `/tickets/${ticketId}/attachments`, file)
      return { status, body, path: `/tickets/${ticketId}/attachments/${body.id}` }
    }
    /** Requests and uploads the invoice; undefined when the request is refused. */
    const attach = async (by: Person) => {
      const { status, path } = await request(by, await openTicket(by), invoice)
      claim(`the request of ${by.name} is accepted with 202`, status, 202)
      if (status !== 202) return undefined
      const read = async () => (await by.get(path)).body
      const slot = await until(
        'the upload URL',
        read,
        ({ state }) => state === 'awaiting_upload' || state === 'rejected',
      )
      claim(`${by.name} gets a URL`, slot.state, 'awaiting_upload')
      if (slot.state !== 'awaiting_upload') return undefined
      const headers = slot.uploadHeaders as Record<string, string>
      await fetchWhole(String(slot.uploadUrl), { method: 'PUT', headers, body: text })
      await until('the file', read, ({ state }) => state === 'ready')
      return { path, read }
    }
    await step(
      {
        do: `Harald requests uploads of ${wanted} files of 10 MB, and uploads none of them.`,
        shows: 'Ten are accepted. Each further request is refused at once, in its own transaction, and starts no saga.',
        without:
          'He has reserved all the bytes of his company for a quarter of an hour, and may begin again after that.',
      },
      async () => {
        const ticketId = await openTicket(harald)
        const declared = { fileName: 'huge.pdf', contentType: 'application/pdf', sha256: 'ab'.repeat(32) }
        const statuses: (number | undefined)[] = []
        for (let count = 0; count < wanted; count++)
          statuses.push((await request(harald, ticketId, { ...declared, sizeBytes: attachmentBytesMax })).status)
        claim('ten are accepted with 202', statuses.filter((status) => status === 202).length, 10)
        claim('all others are refused with 409', statuses.filter((status) => status === 409).length, wanted - 10)
      },
    )
    await step(
      {
        do: 'Carla, of the same company, attaches her invoice.',
        shows: 'She has a counter of her own. The bytes that Harald can reserve are a tenth of the company’s.',
        without: 'Her request is refused or her file rejected: the quota of the company is used up.',
      },
      async () => {
        const file = await attach(carla)
        if (!file) return
        const accepted = await carla.sendUntilAnswered('DELETE', file.path)
        note(`Then she removes it again: ${accepted.status}, ${accepted.body.state}.`)
        const { state } = await until('the removal', file.read, ({ state }) => state === 'removed')
        claim('her file can be removed again', state, 'removed')
      },
    )
    await step(
      {
        do: 'The time of Harald’s slots is up. (They are open for a quarter of an hour; here their waits are ended.)',
        shows: 'Each saga gives back slot and bytes, once. Harald may upload again, and does.',
        without: 'Slots that are never given back, and a person who can never upload again.',
      },
      async () => {
        await endUploadWaits(target, async () => (await evidence()).attachments.map(({ value }) => value))
        await untilIdle()
        claim('Harald can attach a file', (await attach(harald)) !== undefined)
        await untilIdle()
        const { uploadCounters, attachmentBytes } = await evidence()
        claim(
          'the counters hold his one file, and nothing else',
          [...uploadCounters, ...attachmentBytes].map(({ value }) => value.usedBytes).sort(),
          [0, text.length, text.length],
        )
      },
    )
  },
)
