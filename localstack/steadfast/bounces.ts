import { randomUUID } from 'node:crypto'
import type { Extension, InvokeResult, LocalHandler, Mail } from 'embedded-aws/extension'
import { addressOf } from 'embedded-aws/mail'

/** Serves `mail/come-back`, if the app has a bounce handler: its output `RecordBounceFunction`. */
export function bounces(): Extension {
  return {
    start({ outputs, mail, invoke, addPage }) {
      const { RecordBounceFunction: bounceHandler } = outputs
      if (typeof bounceHandler !== 'string') return
      addPage(
        'mail/come-back',
        comeBackHandler(mail, (event) => invoke(bounceHandler, event)),
      )
    },
  }
}

/** Looks up mails by SES's message id, as the mail sink does. */
export interface Mails {
  list(filter: { id: string }): Mail[]
}

/**
 * `POST /_steadfast/mail/come-back?id=MESSAGE_ID`: lets a mail that was accepted come back, as if its address did not exist (or its
 * owner had complained: `&type=complaint`). The app is told as SES tells it through SNS. Answers 202 once the app has taken it.
 */
export function comeBackHandler(
  mails: Mails,
  tell: (event: unknown) => Promise<Pick<InvokeResult, 'status'>>,
): LocalHandler {
  return async (request, response, { searchParams }) => {
    const answer = (status: number, detail: string) => {
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ detail }))
    }
    if (request.method !== 'POST') return answer(405, 'method not allowed: use POST')
    const type = searchParams.get('type') ?? 'bounce'
    if (type !== 'bounce' && type !== 'complaint') return answer(422, 'type must be bounce or complaint')
    const [mail] = mails.list({ id: searchParams.get('id') ?? '' })
    if (!mail) return answer(404, 'no mail has this id: see /_steadfast/mail.json')
    const { status } = await tell(snsEvent(sesEvent(mail, type)))
    return status === 'failed'
      ? answer(502, 'the app failed to handle the event: see its log')
      : answer(202, 'delivered to the app')
  }
}

/** The event's shape. Source: Amazon SES, "Contents of event data that Amazon SES publishes to Amazon SNS". */
function sesEvent({ id, source, acceptedAt, to, cc, bcc, headers }: Mail, type: 'bounce' | 'complaint') {
  const recipients = [...to, ...cc, ...bcc].map(addressOf)
  const timestamp = new Date().toISOString()
  const people = recipients.map((emailAddress) => ({ emailAddress }))
  const news =
    type === 'bounce'
      ? {
          bounce: {
            bounceType: 'Permanent',
            bounceSubType: 'General',
            bouncedRecipients: people,
            feedbackId: randomUUID(),
            timestamp,
          },
        }
      : { complaint: { complainedRecipients: people, feedbackId: randomUUID(), timestamp } }
  return {
    eventType: type === 'bounce' ? 'Bounce' : 'Complaint',
    ...news,
    mail: {
      timestamp: acceptedAt,
      source,
      messageId: id,
      destination: recipients,
      headersTruncated: false,
      headers: Object.entries(headers).map(([name, value]) => ({ name, value })),
    },
  }
}

function snsEvent(message: object) {
  const Sns = { Type: 'Notification', MessageId: randomUUID(), Message: JSON.stringify(message) }
  return { Records: [{ EventSource: 'aws:sns', EventVersion: '1.0', Sns }] }
}
