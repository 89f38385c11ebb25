import { createHash } from 'node:crypto'
import { fetchWhole } from '../proof/fetch-whole.ts'
import { ignoreScanResult, uploadSlotNotReleased } from '../proof/mutants/saga-mutants.ts'
import { scenario } from './runner/scenario.ts'

/**
 * The EICAR test file: every scanner reports it, and it harms nothing (https://www.eicar.org). In parts, so that
 * none reports this source file.
 */
const testFile = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}', '$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join('')

export const infectedUpload = scenario(
  'infected-upload',
  'An uploaded file turns out to be infected',
  {
    shows:
      'A file becomes part of its ticket only after its inspection. An infected file leaves nothing behind but the reason.',
    guard: 'quarantine until the inspection, and an undo for every step before the file is published',
    mutants: [
      { mutant: ignoreScanResult, breaks: [20] },
      { mutant: uploadSlotNotReleased, breaks: [21] },
    ],
    targets: 'any',
  },
  async ({ person, step, claim, note, until, untilIdle, evidence }) => {
    const carla = person('carla', 'customer')
    let path = ''
    const read = async () => (await carla.get(path)).body
    await step(
      {
        do: 'Carla asks to attach a file, and gets a URL for the upload.',
        shows:
          'Storage for it is reserved, and the URL is signed for its length and hash: nothing else can be uploaded there.',
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
        await until('the upload URL', read, ({ state }) => state === 'awaiting_upload')
      },
    )
    await step(
      {
        do: 'She uploads the file. It is infected.',
        shows: 'The saga compensates: it deletes the object and releases the storage. The attachment says why.',
        without: 'Anyone can download the file until someone notices. Or its bytes count against her company forever.',
      },
      async () => {
        const { uploadUrl, uploadHeaders } = await read()
        const headers = uploadHeaders as Record<string, string>
        const put = await fetchWhole(String(uploadUrl), { method: 'PUT', headers, body: testFile })
        claim('the upload itself succeeds', put.ok)
        const inspected = await until('the inspection', read, ({ state }) => state === 'rejected' || state === 'ready')
        note(`${inspected.state}: ${inspected.reason}`)
        claim('the attachment is rejected', inspected.state, 'rejected')
        claim('it cannot be downloaded', 'downloadUrl' in inspected, false)
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
