import type { LiveState } from '../live/state.ts'

/** The picture in one sentence, for people who do not see it. */
export function flowSummary({ totals, depths }: Pick<LiveState, 'totals' | 'depths'>): string {
  const count = (counter: string) => totals[counter] ?? 0
  const requests = ['committed', 'replayed', 'read', 'refused', 'failed'].reduce(
    (sum, outcome) => sum + count(`request ${outcome}`),
    0,
  )
  const queued = depths?.queues.reduce((sum, { waiting, inFlight }) => sum + waiting + inFlight, 0) ?? 0
  return [
    `The flow of requests: ${requests} requests, ${count('request committed')} committed, ${count('request replayed')} replayed`,
    `${depths?.outbox ?? 0} events in the outbox, ${queued} messages in queues`,
    `${depths?.liveSagas ?? 0} sagas under way, ${count('mail')} mails sent.`,
  ].join('; ')
}
