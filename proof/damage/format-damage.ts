import type { Damage, DamagedEvent, DamagedFact } from './scope-damage.ts'
import { type DamageSummary, isCorrected, stands } from './summary.ts'

/** One aggregate's damage: a line per event, and indented below it what it said, what was answered, and what followed. */
export function formatDamage({ tenant, aggregate, events, unfoldable }: Damage): string {
  const broken = unfoldable ? [`  its history cannot be folded, so its facts are not told: ${unfoldable}`] : []
  return [`${tenant} ${aggregate.type} ${aggregate.id}`, ...broken, ...events.flatMap(formatEvent)].join('\n')
}

function formatEvent({ event, facts, answer, sagas }: DamagedEvent): string[] {
  const { seq, recordedAt, type, actor, correlationId } = event
  return [
    `  event ${seq}  ${recordedAt}  ${type}  by ${actor}  request ${correlationId}`,
    ...facts.map((fact) => `    ${fact.name}  ${formatFact(fact, seq)}`),
    ...(answer
      ? [`    answered ${answer.status} to ${answer.operation}; duplicates get that until ${answer.expiresAt}`]
      : []),
    ...sagas.map(({ name, recipient, state, definition, mail, notice, webhook }) => {
      const effects = [mail && `mail ${mail}`, notice && `notice ${notice}`, webhook && `message ${webhook}`]
      const what = [state, ...effects.filter(Boolean), `definition ${definition}`].join(', ')
      return `    saga ${name}${recipient ? ` for ${recipient}` : ''}: ${what}`
    }),
  ]
}

function formatFact(fact: DamagedFact, seq: number): string {
  const change = fact.before === undefined ? show(fact.set) : `${show(fact.before)} → ${show(fact.set)}`
  if (stands(fact, seq)) return `${change}, and still has it`
  const now = `now ${show(fact.now)} by event ${fact.cause.seq} (${fact.cause.type})`
  return isCorrected(fact, seq) ? `${change}, corrected: ${now}` : `${change}, changed since: ${now}`
}

function show(value: string | null): string {
  return value ?? 'none'
}

/** The damage in numbers, on a few lines. */
export function formatSummary(summary: DamageSummary): string {
  const { events, aggregates, tenants, firstAt, lastAt, standing, corrected, changedSince } = summary
  if (events === 0) return 'no event matches'
  const counts = (by: Record<string, number>) =>
    Object.entries(by)
      .toSorted(([, a], [, b]) => b - a)
      .slice(0, namesMax)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ')
  return [
    `events      ${events} of ${aggregates} aggregates of ${tenants} tenants, from ${firstAt} to ${lastAt}`,
    `types       ${counts(summary.byType)}`,
    `actors      ${counts(summary.byActor)}`,
    `state       ${standing} stand, ${corrected} are corrected, ${changedSince} were changed since`,
    `answers     ${summary.answersKept} are kept, and given again to duplicates`,
    `sent        ${summary.sagas} sagas: ${summary.mailsSent} mails, ${summary.notices} notices, ${summary.webhooksDelivered} webhook messages`,
  ].join('\n')
}

/** Names of one line of the summary. */
const namesMax = 10
