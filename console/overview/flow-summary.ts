import type { LiveState } from '../live/state.ts'

/** The picture in one sentence, for who does not see it. */
export function flowSummary({ totals, depths }: Pick<LiveState, 'totals' | 'depths'>): string {
  const of = (counter: string) => totals[counter] ?? 0
  const requests = ['committed', 'replayed', 'read', 'refused', 'failed'].reduce(
    (sum, outcome) => sum + of(`request ${outcome}`),
    0,
  )
  const queued = depths?.queues.reduce((sum, { waiting, inFlight }) => sum + waiting + inFlight, 0) ?? 0
  return [
    `The flow of requests: ${requests} requests, ${of('request committed')} committed, ${of('request replayed')} replayed`,
    `${depths?.outbox ?? 0} events in the outbox, ${queued} messages in queues`,
    `${depths?.liveSagas ?? 0} sagas under way, ${of('mail')} mails sent.`,
  ].join('; ')
}
