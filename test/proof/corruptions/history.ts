import { hashOf } from '../../../domain/event-chain.ts'
import type { KeptDigest } from '../../../proof/check/digests.ts'
import type { Row } from '../../../tables/store.ts'
import { type Corruption, isHeader, ofType } from './corruption.ts'

const isComment = ofType('ticket.comment_added')
const isLast = (row: Row, _: number, all: Row[]) =>
  !all.some(({ pk, sk }) => pk === row.pk && String(sk) > String(row.sk)) && isTicketEvent(row)
const isTicketEvent = ({ pk }: Row) => String(pk).includes('#TICKET#')

/** Without the daily digests, and without the parts that name one aggregate. */
function withoutDigestsOfOne(kept: KeptDigest[]): KeptDigest[] {
  const parts = kept.filter(({ key }) => key.startsWith('parts/'))
  const [, aggregate = 'none'] = /"aggregate":"(\w+)"/.exec(parts[0]?.text ?? '') ?? []
  return parts.filter(({ text }) => !text.includes(aggregate))
}

/** An attribute of an event that no other invariant looks at. */
const forged = { correlationId: 'forged' }

export const historyCorruptions: readonly Corruption[] = [
  {
    invariant: 29,
    what: 'an event that was edited',
    corrupt: (tamper) => tamper.change('Events', isComment, forged),
  },
  {
    invariant: 29,
    what: 'an event with an attribute that no version knows',
    corrupt: (tamper) => tamper.change('Events', isComment, { approvedBy: 'eve' }),
  },
  {
    invariant: 29,
    what: 'an event that was edited together with its hash',
    corrupt: (tamper) =>
      tamper.edit('Events', isComment, ({ pk: _, sk: __, ...event }) => {
        const edited = { ...event, ...forged }
        return { ...edited, hash: hashOf(edited) }
      }),
  },
  {
    invariant: 29,
    what: 'an event without the hash that it was stored with',
    corrupt: (tamper) => tamper.change('Events', isComment, { hash: undefined }),
  },
  {
    invariant: 29,
    what: 'an event that was removed from the middle',
    corrupt: (tamper) => tamper.remove('Events', isComment),
  },
  {
    invariant: 29,
    what: 'a last event that was removed',
    corrupt: (tamper) => tamper.remove('Events', isLast),
  },
  {
    invariant: 29,
    what: 'a header with another hash',
    corrupt: (tamper) => tamper.change('Tickets', isHeader, { eventHash: 'f'.repeat(64) }),
  },
  {
    invariant: 29,
    what: 'an event under the key of another',
    corrupt: (tamper) => tamper.copy('Events', isComment, { sk: '000000000099' }),
  },
  {
    invariant: 29,
    what: 'an event that was edited, with its whole chain and header recomputed',
    corrupt: (tamper) => tamper.forgeHistory(isComment, forged),
  },
  {
    invariant: 29,
    what: 'a last event that was removed, with the header set back',
    corrupt: (tamper) => tamper.cutHistory(isComment),
  },
  {
    invariant: 29,
    what: 'a part of a digest that was removed',
    digests: (kept) => kept.filter(({ key }) => key !== kept.find((each) => each.key.startsWith('parts/'))?.key),
  },
  {
    invariant: 29,
    what: 'digests that were all removed',
    digests: () => [],
  },
  {
    invariant: 29,
    what: 'the digests of one aggregate that were removed, with every daily digest',
    digests: withoutDigestsOfOne,
  },
  {
    invariant: 29,
    what: 'a daily digest that was edited',
    digests: (kept) => kept.map((each) => (each === kept[0] ? { ...each, text: each.text.replace('[', '[ ') } : each)),
  },
]
