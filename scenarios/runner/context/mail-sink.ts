import { readMails } from '../../../proof/check/mail-log.ts'
import type { Target } from '../../../proof/target.ts'

/** The `X-Steadfast-Id` of every mail that the target's mail sink accepted for this address. */
export async function mailIdsSentTo({ edgeUrl }: Target, address: string): Promise<string[]> {
  const mails = (await readMails(edgeUrl)) ?? []
  return mails
    .filter(({ to }) => to.some((recipient) => recipient.includes(address)))
    .map(({ steadfastId }) => steadfastId)
}
