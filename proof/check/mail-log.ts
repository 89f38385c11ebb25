import * as z from 'zod'
import { fetchWhole } from '../fetch-whole.ts'

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

/** The mails that a target's mail sink accepted; undefined for a target without one (AWS, other emulators). */
export async function readMails(edgeUrl: string | undefined): Promise<SentMail[] | undefined> {
  if (!edgeUrl) return undefined
  const response = await fetchWhole(`${edgeUrl}/_steadfast/mail.json`).catch(() => undefined)
  if (!response?.ok) return undefined
  const log = SinkLog.safeParse(await response.json().catch(() => undefined))
  return log.data?.messages.flatMap(({ to, headers, acceptedAt }) => {
    const steadfastId = headers['x-steadfast-id']
    return steadfastId === undefined ? [] : [{ steadfastId, to, acceptedAt }]
  })
}
