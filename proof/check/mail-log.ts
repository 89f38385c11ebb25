import * as z from 'zod'

/** One mail as the sink of a local target keeps it: `steadfastId` is the id that it told (`X-Steadfast-Id`). */
export interface SentMail {
  steadfastId: string
  to: string[]
}

const Sink = z.object({
  messages: z.array(z.object({ to: z.array(z.string()), headers: z.record(z.string(), z.string()) })),
})

/** What a target's mail sink has accepted; undefined where there is none to be asked (AWS, other emulators). */
export async function readMails(edgeUrl: string | undefined): Promise<SentMail[] | undefined> {
  if (!edgeUrl) return undefined
  const response = await fetch(`${edgeUrl}/_steadfast/mail.json`).catch(() => undefined)
  if (!response?.ok) return undefined
  const sink = Sink.safeParse(await response.json().catch(() => undefined))
  return sink.data?.messages.flatMap(({ to, headers }) => {
    const steadfastId = headers['x-steadfast-id']
    return steadfastId === undefined ? [] : [{ steadfastId, to }]
  })
}
