import { elapsedMs } from '../../domain/clock.ts'
import { headerDrift } from '../../domain/header-drift.ts'
import { eventRow, readEvents } from '../../tables/events.ts'
import { queryRows } from '../../tables/query-rows.ts'
import { readRow } from '../../tables/read-row.ts'
import { followersQuery, parseFollower, ticketRow } from '../../tables/tickets.ts'
import { type AggregateHeader, aggregateHeaderOf, readVersion } from '../aggregate-header.ts'
import type { Detector, ReconcileDeps, Suspect } from './drift.ts'

/**
 * The truth against its events: the fold of a ticket's history is its header, and version v exists if and only if event v does. Which of
 * the two is wrong, no program can know, so it is never healed: a person decides, and sets it right by an event.
 */
export const factsDetector: Detector = {
  kind: 'facts',
  async suspects(deps, row) {
    const header = aggregateHeaderOf(row)
    if (!header) return []
    return header.aggregate.type === 'ticket' ? ticketSuspects(deps, header) : versionSuspects(deps, header)
  },
}

async function ticketSuspects({ store, runtime, inFlightMsMax }: ReconcileDeps, header: AggregateHeader) {
  const { tenant, aggregate, subject } = header
  const before = await readRow(store, ticketRow(tenant, aggregate.id))
  if (!before || elapsedMs(before.updatedAt, runtime.now()) < inFlightMsMax) return []
  const history = await readEvents(store, tenant, aggregate)
  const followers = (await queryRows(store, followersQuery(tenant, aggregate.id))).map(parseFollower)
  const problems = headerDrift(
    before,
    followers.map(({ userId }) => userId),
    history,
  )
  if (problems.length === 0) return []
  // A commit between the readings explains everything.
  const after = await readRow(store, ticketRow(tenant, aggregate.id))
  if (after?.version !== before.version) return []
  return problems.map(
    (problem): Suspect => ({
      kind: 'facts',
      subject,
      problem,
      mark: `${before.version} ${problem}`,
      since: before.updatedAt,
      handOver: `compare with "npm run replay -- --ticket ${aggregate.id} --to ${history.length}", then let an admin correct the ticket (POST /tickets/${aggregate.id}/corrections)`,
    }),
  )
}

/** Users and settings have no fold: their version and their newest event must agree. */
async function versionSuspects({ store }: ReconcileDeps, header: AggregateHeader): Promise<Suspect[]> {
  const { tenant, aggregate, subject } = header
  const version = await readVersion(store, header)
  if (version === undefined) return []
  const last = await readRow(store, eventRow(tenant, aggregate, version))
  const next = await readRow(store, eventRow(tenant, aggregate, version + 1))
  if ((last && !next) || (await readVersion(store, header)) !== version) return []
  const problem = last
    ? `is at version ${version}, but has event ${version + 1}`
    : `is at version ${version}, but has no event ${version}`
  const handOver = 'find who wrote the row past the API (runbook history-tampered), and restore it from a backup'
  return [{ kind: 'facts', subject, problem, mark: problem, since: next?.recordedAt, handOver }]
}
