import { type DomainEvent, receivedAtOf } from '../../domain/event.ts'
import type { Evidence } from './evidence.ts'
import type { Violation } from './invariant.ts'

/** Texts that an event refers to and that are lost, or differ from it in who wrote them and when; and texts without an event. */
export function messagesUnlikeEvents({ messages, events }: Evidence): Violation[] {
  const lost = new Map(
    [...events].flatMap(([pk, history]) =>
      history.filter(hasMessage).map((event) => [`${pk} event ${event.seq}`, event]),
    ),
  )
  const wrong = messages.flatMap(({ pk, value: { id, seq, author, createdAt } }): Violation[] => {
    const subject = `${pk} event ${seq}`
    const event = lost.get(subject)
    lost.delete(subject)
    if (event?.data.messageId !== id)
      return [{ subject, problem: `is not the event of the text ${id} that is stored for it` }]
    return [
      ...(event.actor === author ? [] : [{ subject, problem: `is by ${event.actor}, and its text by ${author}` }]),
      ...(receivedAtOf(event) === createdAt ? [] : [{ subject, problem: 'has a text of another time' }]),
    ]
  })
  return [...wrong, ...[...lost.keys()].map((subject) => ({ subject, problem: 'refers to a text that is lost' }))]
}

type WithMessage = DomainEvent & { data: { messageId: string } }

function hasMessage(event: DomainEvent): event is WithMessage {
  return 'messageId' in event.data
}
