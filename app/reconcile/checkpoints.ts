import { elapsedMs } from '../../domain/clock.ts'
import { eventRow } from '../../tables/events.ts'
import { readRow } from '../../tables/read-row.ts'
import { type AggregateHeader, aggregateHeaderOf, readVersion } from '../aggregate-header.ts'
import { catchUp } from '../consume/catch-up.ts'
import { readCheckpoint } from '../consume/checkpoint.ts'
import { type Consumer, PoisonEventError } from '../consume/consumer.ts'
import { type Detector, HandOver, type ReconcileDeps, type Suspect } from './drift.ts'

/**
 * Events against the checkpoints of the ordered consumers. A consumer that lacks events catches up, through its own checkpoint, so that
 * beside a live one nothing is applied twice. What it can't apply blocks the aggregate, and is handed over.
 */
export const checkpointsDetector: Detector = {
  kind: 'checkpoints',
  async suspects(deps, row) {
    const header = aggregateHeaderOf(row)
    if (!header) return []
    const found = await Promise.all(deps.consumers.map((consumer) => suspect(deps, header, consumer)))
    return found.filter((one) => one !== undefined)
  },
}

async function suspect(deps: ReconcileDeps, header: AggregateHeader, consumer: Consumer): Promise<Suspect | undefined> {
  const { store, runtime, inFlightMsMax } = deps
  const { tenant, aggregate } = header
  // The checkpoint first: a version that is read after it covers it.
  const { appliedSeq, blockedAt, position } = await readCheckpoint(deps, consumer, header)
  const version = (await readVersion(store, header)) ?? 0
  if (appliedSeq === version) return undefined
  const subject = `${consumer.name} of ${header.subject}`
  const mark = `${consumer.name} ${appliedSeq} ${position}`
  if (appliedSeq > version)
    return {
      kind: 'checkpoints',
      subject,
      mark,
      problem: `claims to have applied ${appliedSeq} events, but there are ${version}`,
      handOver: 'find what removed events or a version (runbook history-tampered), and restore it from a backup',
    }
  const next = await readRow(store, eventRow(tenant, aggregate, appliedSeq + 1))
  if (next && elapsedMs(next.recordedAt, runtime.now()) < inFlightMsMax) return undefined
  return {
    kind: 'checkpoints',
    subject,
    mark,
    problem: `has applied ${appliedSeq} of ${version} events${blockedAt === undefined ? '' : `, and is blocked at event ${blockedAt}`}`,
    since: next?.recordedAt,
    async heal(deadlineMs) {
      try {
        const seq = await catchUp(deps, consumer, header, version, deadlineMs)
        return `caught up to event ${seq}`
      } catch (cause) {
        if (!(cause instanceof PoisonEventError)) throw cause
        throw new HandOver(cause.message, { cause })
      }
    },
    handOver: `find in the log of ${consumer.name} why event ${appliedSeq + 1} can't be applied; mended, reconcile-consumers applies it`,
  }
}
