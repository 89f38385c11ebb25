import { createHash } from 'node:crypto'
import { infectedIsClean } from '../proof/mutants/saga-mutants.ts'
import { scenario } from './runner/scenario.ts'

/** What every scanner takes for infected, and what harms nobody: https://www.eicar.org. In parts, so that this file is not taken for it. */
const testFile = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}', '$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join('')

export const infectedUpload = scenario(
  'infected-upload',
  'An upload turns out to be infected',
  {
    shows:
      'A file is part of its ticket only when it was inspected; an infected one leaves nothing behind but the reason.',
    guard: 'quarantine until the inspection, and an undo for every step before it is published',
    mutant: infectedIsClean,
    invariants: [15, 20, 21],
    targets: 'any',
  },
  async ({ person, step, claim, note, until, untilIdle, evidence }) => {
    const carla = person('carla', 'customer')
    let path = ''
    const read = async () => (await carla.get(path)).body
    await step(
      {
        do: 'Carla asks to attach a file, and gets an address to upload it to.',
        shows:
          'Room for it is reserved, and the address is bound to length and digest: nothing else can be uploaded there.',
      },
      async () => {
        const { body: ticket } = await carla.sendUntilAnswered('POST', '/tickets', {
          title: 'See the file',
          body: 'Attached.',
        })
        const sha256 = createHash('sha256').update(testFile).digest('hex')
        const file = { fileName: 'notes.txt', contentType: 'text/plain', sizeBytes: testFile.length, sha256 }
        const asked = await carla.sendUntilAnswered('POST', `/tickets/${ticket.id}/attachments`, file)
        claim('the request is accepted with 202', asked.status, 202)
        path = `/tickets/${ticket.id}/attachments/${asked.body.id}`
        await until('the address', read, ({ state }) => state === 'awaiting_upload')
      },
    )
    await step(
      {
        do: 'She uploads it. It is infected.',
        shows: 'The saga goes back: the object is deleted and the room released; the attachment says why.',
        without:
          'the file is there to be downloaded until somebody finds out, or its bytes count against her company for ever.',
      },
      async () => {
        const { uploadUrl, uploadHeaders } = await read()
        const headers = uploadHeaders as Record<string, string>
        const put = await fetch(String(uploadUrl), { method: 'PUT', headers, body: testFile })
        claim('the upload itself succeeds', put.ok)
        const ended = await until('the inspection', read, ({ state }) => state === 'rejected' || state === 'ready')
        note(`${ended.state}: ${ended.reason}`)
        claim('the attachment is rejected', ended.state, 'rejected')
        claim('and can not be downloaded', 'downloadUrl' in ended, false)
        await untilIdle()
        const { sagas } = await evidence()
        claim(
          'its saga is compensated',
          sagas.filter(({ value }) => value.name === 'attachment').map(({ value }) => value.state),
          ['compensated'],
        )
      },
    )
  },
)
