import * as z from 'zod'
import { fetchWhole } from '../fetch-whole.ts'
import { TargetError } from '../target.ts'

/** A mail in the log of a local target's mail sink; `steadfastId` is its `X-Steadfast-Id` header, the id of its saga. */
export interface SentMail {
  steadfastId: string
  to: string[]
  /** When the sink accepted it (ISO 8601). Undefined where it keeps no times. */
  acceptedAt?: string | undefined
}

const Message = z.object({
  to: z.array(z.string()),
  headers: z.record(z.string(), z.string()),
  acceptedAt: z.iso.datetime().optional(),
})

const SinkLog = z.object({
  messages: z.array(Message),
})

/**
 * The mails that a target's mail sink accepted; undefined for a target without one (AWS, other emulators). Throws {@link TargetError} when
 * a sink can't be read: without its log, mails that were lost or sent twice would pass.
 */
export async function readMails(edgeUrl: string | undefined): Promise<SentMail[] | undefined> {
  if (!edgeUrl) return undefined
  const url = `${edgeUrl}/_steadfast/mail.json`
  const response = await fetchWhole(url).catch((error: Error) => {
    throw new TargetError(`no answer from ${url}: ${error.message}. See whether the stack still runs, and try again`)
  })
  if (response.status === 404) return undefined
  if (!response.ok)
    throw new TargetError(`${url} answered ${response.status}: see why in the stack's output, and try again`)
  return parseLog(await response.text(), url).flatMap(({ to, headers, acceptedAt }) => {
    const steadfastId = headers['x-steadfast-id']
    return steadfastId === undefined ? [] : [{ steadfastId, to, acceptedAt }]
  })
}

function parseLog(text: string, url: string): z.infer<typeof Message>[] {
  const notALog = (why: string) => new TargetError(`what ${url} answered is not a log of mails: ${why}`)
  let content: unknown
  try {
    content = JSON.parse(text)
  } catch {
    throw notALog('it is not JSON')
  }
  const { data, error } = SinkLog.safeParse(content)
  const [issue] = error?.issues ?? []
  if (!data) throw notALog(`${issue?.path.join('.')}: ${issue?.message}`)
  return data.messages
}
