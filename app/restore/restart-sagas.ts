import { attachment as attachmentDefinition } from '../../sagas/attachment/attachment.ts'
import { attachmentOfSaga } from '../../sagas/attachment/saga-id.ts'
import { removal } from '../../sagas/removal/removal.ts'
import { removalOfSaga } from '../../sagas/removal/saga-id.ts'
import { attachmentRow } from '../../tables/attachments.ts'
import { continuedFence, continuedSaga, requestedAgain } from '../../tables/restored-rows.ts'
import { hasEnded, parseSaga, type SagaRecord } from '../../tables/sagas.ts'
import { restoredFence, stepRow } from '../../tables/step-keys.ts'
import type { Row } from '../../tables/store.ts'
import type { CutHistory } from './cut-history.ts'
import type { Draft } from './draft.ts'
import { expectedMessages, messengers } from './expected-messages.ts'
import { type RestorePoint, tornSince, undeliveredSince } from './restored-tables.ts'

/**
 * Makes the sagas agree with the restored truth, whichever of their tables is further ahead. A saga whose event was cut is gone. One that
 * may be torn begins anew, as nothing before a pivot has an effect outside the tables; past its pivot it goes on from there. Returns the
 * ids of the messages that were sent about what was cut.
 */
export function restartSagas(draft: Draft, history: CutHistory, point: RestorePoint): { lostEffects: string[] } {
  const keptIds = new Set([...history.kept.values()].flat().map(({ id }) => id))
  const isSent: ReadonlySet<string> = new Set(point.sentIds)
  const fences = Map.groupBy(draft.all('StepKeys'), ({ pk }) => String(pk))
  const expected = expectedMessages(history, undeliveredSince(point))
  const known = new Set<string>()
  const untold = new Set<string>()
  for (const row of draft.all('Sagas')) {
    const pk = String(row.pk)
    const saga = parseSaga(row)
    if (!keptIds.has(saga.eventId)) {
      draft.remove('Sagas', row)
      for (const fence of fences.get(pk) ?? []) draft.remove('StepKeys', fence)
      continue
    }
    known.add(saga.id)
    const isTorn = !hasEnded(saga) || (saga.touchedAt ?? saga.startedAt) >= tornSince(point)
    if (
      isTorn &&
      restart(draft, { row, saga, fences: fences.get(pk) ?? [], history, point, isSent: isSent.has(saga.id) })
    )
      untold.add(saga.id)
  }
  for (const [pk, rows] of fences) if (!draft.get('Sagas', { pk, sk: 'SAGA' })) keepSentOnly(draft, rows, expected)
  for (const [id, { tenant, name }] of expected)
    if (isSent.has(id) && !known.has(id)) markSent(draft, { tenant, id, name }, point)
  removeNotices(draft, (id) => known.has(id) && !untold.has(id))
  return { lostEffects: point.sentIds.filter((id) => !known.has(id) && !expected.has(id)) }
}

interface Torn {
  row: Row
  saga: SagaRecord
  fences: readonly Row[]
  history: CutHistory
  point: RestorePoint
  isSent: boolean
}

/** Returns whether the notice or the delivery of the saga goes, too. */
function restart(draft: Draft, torn: Torn): boolean {
  const { saga, fences } = torn
  const messenger = messengers[saga.name]
  if (messenger) {
    for (const fence of fences) if (!isPast(fence, messenger.pivot)) draft.remove('StepKeys', fence)
    if (torn.isSent) markSent(draft, saga, torn.point)
    const pivot = draft.get('StepKeys', pivotKey(saga, messenger.pivot))
    proceed(draft, torn, true, pivot ? [pivot] : [])
    return true
  }
  const file = fileOf(saga)
  if (!file) return false
  const attachment = draft.get(file.read.table as 'Tickets', file.read.key)
  const stage = attachment && file.stageOf(attachment)
  if (!attachment || !stage) return false
  // What follows the pivot can be done again. Its last step ends the saga, so it must be.
  const kept = stage === 'not-yet' ? [] : fences.filter(({ step }) => !isTail(saga.name, String(step)))
  for (const fence of fences) if (!kept.includes(fence)) draft.remove('StepKeys', fence)
  if (stage === 'not-yet' && saga.name === attachmentDefinition.name) draft.put('Tickets', requestedAgain(attachment))
  proceed(draft, torn, stage === 'not-yet', kept)
  return false
}

function pivotKey({ tenant, id }: Pick<SagaRecord, 'tenant' | 'id'>, step: string) {
  return stepRow({ tenant, sagaId: id, step }).key
}

function isPast({ step, state }: Row, pivot: string): boolean {
  return step === pivot && (state === 'done' || state === 'intent')
}

/** The saga's row is that of a live one, and its remaining fences do not expire. */
function proceed(draft: Draft, { row, history, point }: Torn, isNew: boolean, fences: readonly Row[]): void {
  for (const fence of fences) draft.put('StepKeys', continuedFence(fence))
  const resumes = history.kept.get(String(row.pk)) ?? []
  const state = fences.length > 0 ? 'running' : 'pending'
  const version = resumes.length
  const eventHash = resumes.at(-1)?.hash
  draft.put('Sagas', continuedSaga(row, { isNew, state, version, eventHash, at: point.restoredTo }))
}

/** What of its attachment decides how far a saga has come, in the truth as it was restored. */
function fileOf(saga: SagaRecord) {
  const upload = saga.name === attachmentDefinition.name ? attachmentOfSaga(saga.id) : undefined
  const removed = saga.name === removal.name ? removalOfSaga(saga.id) : undefined
  const ids = upload ?? removed
  if (!ids) return undefined
  const read = attachmentRow({ tenant: saga.tenant, ticketId: ids.ticketId, id: ids.attachmentId })
  return { read, stageOf: (row: Row) => (removed ? removalStage(row, removed.seq) : uploadStage(row)) }
}

function isTail(sagaName: string, step: string): boolean {
  const { steps } = sagaName === removal.name ? removal : attachmentDefinition
  return steps.some(({ name, kind }) => name === step && kind === 'retriable')
}

type Stage = 'not-yet' | 'past-pivot'

/** Undefined where the truth has its end: that was written in the transaction that ended the saga. */
function uploadStage({ state }: Row): Stage | undefined {
  if (state === 'ready' || state === 'removing' || state === 'removed') return 'past-pivot'
  return state === 'rejected' || state === 'expired' ? undefined : 'not-yet'
}

function removalStage({ state, removalSeq }: Row, seq: number): Stage | undefined {
  if (removalSeq !== seq) return undefined
  if (state === 'removed') return 'past-pivot'
  return state === 'removing' ? 'not-yet' : undefined
}

/** Fences whose saga is not there: only that a message was sent is kept, for the saga that its event will start again. */
function keepSentOnly(draft: Draft, fences: readonly Row[], expected: ReadonlyMap<string, { name: string }>): void {
  for (const fence of fences) {
    const pivot = messengers[expected.get(String(fence.sagaId))?.name ?? '']?.pivot
    if (pivot !== undefined && isPast(fence, pivot)) draft.put('StepKeys', continuedFence(fence))
    else draft.remove('StepKeys', fence)
  }
}

/** The message is known to have been sent: no execution may send it again. */
function markSent(
  draft: Draft,
  { tenant, id, name }: Pick<SagaRecord, 'tenant' | 'id' | 'name'>,
  { restoredTo: at }: RestorePoint,
): void {
  const messenger = messengers[name]
  if (!messenger) return
  const ref = { tenant, sagaId: id, step: messenger.pivot }
  if (draft.get('StepKeys', pivotKey({ tenant, id }, messenger.pivot))?.state === 'done') return
  draft.put('StepKeys', restoredFence(ref, messenger.sent, at))
}

/** Notices and deliveries are written again by sagas that begin anew. */
function removeNotices(draft: Draft, isToldBy: (sagaId: string) => boolean): void {
  for (const row of draft.all('Notices')) {
    const sk = String(row.sk)
    if (!isToldBy(sk.slice(sk.indexOf('-') + 1))) draft.remove('Notices', row)
  }
}
