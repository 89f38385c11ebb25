import { getAttachment } from '../../functions/get-attachment/get-attachment.ts'
import type { Bucket } from './bucket.ts'
import { fileWith } from './files.ts'
import { anyCall, errorNamed, type Process } from './process.ts'
import { type RequestDeps, type RequestedFile, sendOnce } from './requests.ts'

export interface UploadFileDeps extends RequestDeps {
  bucket: Bucket
}

/** A client that does not get a URL within these looks gives up. */
const looksMax = 12
const putsMax = 5

/**
 * Uploads a file as its requester does: looks at the attachment until there is a URL, and puts the file there, again while there is no
 * answer. One in twelve forgets about it, one in six begins in the last ten seconds.
 */
export async function uploadFile(deps: UploadFileDeps, { by, ticketId, id, sha256 }: RequestedFile): Promise<void> {
  const { simulation, bucket } = deps
  const { scheduler, coverage } = simulation
  const name = `uploader of attachment ${id.slice(0, 8)}`
  const draws = simulation.draws.of(name)
  const file = fileWith(sha256)
  if (!file || draws.number(0) < 1 / 12) return
  const request = { by, endpoint: getAttachment, key: name, params: { ticketId, attachmentId: id } }
  for (let look = 1; look <= looksMax; look++) {
    await scheduler.sleep(draws.number(look, 2) * Math.min(120_000, 300 * 2 ** look))
    const { status, answer } = await sendOnce(deps, `${name}, look ${look}`, request, 0)
    if (status !== 200 || !answer) continue
    const { state, uploadUrl, uploadExpiresAt } = JSON.parse(JSON.parse(answer).body)
    if (uploadUrl === undefined) {
      if (state === 'requested') continue
      return
    }
    if (draws.number(1) < 1 / 6)
      await scheduler.sleep(Math.max(0, Date.parse(uploadExpiresAt) - scheduler.nowMs - draws.number(2) * 10_000))
    for (let put = 1; put <= putsMax; put++) {
      const sent = await simulation.run(`${name}, look ${look}, put ${put}`, (process) =>
        putObject(process, bucket, uploadUrl, file.bytes),
      )
      if (sent.status === 'returned') {
        coverage.count(`an upload was ${sent.value}`)
        return
      }
      await scheduler.sleep(draws.number(put, 1) * 10_000)
    }
    return
  }
}

/** A PUT to a presigned URL. S3 looks at its expiry when the request begins, and stores the object unless there is one. */
function putObject(process: Process, bucket: Bucket, url: string, bytes: Uint8Array): Promise<'stored' | 'refused'> {
  const { pathname, searchParams } = new URL(url)
  const key = decodeURIComponent(pathname.slice(1))
  const isValid = process.runtime.now() < Number(searchParams.get('expiresAtMs'))
  return process.call<'stored' | 'refused'>({
    says: () => `puts the object ${key}`,
    services: ['objects'],
    allowed: [...anyCall, 'late effect', 'sent twice'],
    effect: async () => (isValid ? bucket.put(key, bytes) : 'refused'),
    withoutAnswer: () => {
      throw errorNamed('TimeoutError')
    },
  })
}
