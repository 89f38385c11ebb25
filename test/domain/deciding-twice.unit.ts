import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addAttachment } from '../../domain/add-attachment.ts'
import { assignTicket } from '../../domain/assign-ticket.ts'
import { attachmentStates } from '../../domain/attachment.ts'
import { changePreferences } from '../../domain/change-preferences.ts'
import { changeStatus } from '../../domain/change-status.ts'
import { correctTicket } from '../../domain/correct-ticket.ts'
import { createUser } from '../../domain/create-user.ts'
import { deactivateUser } from '../../domain/deactivate-user.ts'
import type { Change, Decision } from '../../domain/decision.ts'
import { ticketEventTypes } from '../../domain/event.ts'
import { followTicket } from '../../domain/follow-ticket.ts'
import { liftMailSuppression } from '../../domain/lift-mail-suppression.ts'
import { putHold } from '../../domain/put-hold.ts'
import { putWebhook } from '../../domain/put-webhook.ts'
import { readNotice } from '../../domain/read-notice.ts'
import { releaseHold } from '../../domain/release-hold.ts'
import { removeAttachment } from '../../domain/remove-attachment.ts'
import { removeWebhook } from '../../domain/remove-webhook.ts'
import { requestRemoval } from '../../domain/request-removal.ts'
import { resumeSaga } from '../../domain/resume-saga.ts'
import { runSagaNow } from '../../domain/run-saga-now.ts'
import { suppressMail } from '../../domain/suppress-mail.ts'
import { takeBack } from '../../domain/take-back.ts'
import { statuses } from '../../domain/ticket-status.ts'
import { unassignTicket } from '../../domain/unassign-ticket.ts'
import { unfollowTicket } from '../../domain/unfollow-ticket.ts'
import { suppressions, userStatuses } from '../../domain/user.ts'
import {
  ada,
  agnes,
  attachment,
  before,
  carl,
  carla,
  command,
  history,
  settings,
  ticket,
  user,
  webhook,
} from './given.ts'

type State = Record<string, unknown>

/** The rows after a decision, by the names under which decisions read them. */
function applyChanges(state: State, changes: readonly Change[]): State {
  const rows = { ...state }
  for (const change of changes) {
    if (change.operation === 'delete') delete rows[change.entity]
    else if (change.operation === 'resume')
      rows.saga = { ...(rows.saga as object), state: 'running', version: change.version }
    else if (change.operation === 'run-now')
      rows.saga = { ...(rows.saga as object), generation: change.generation + 1, version: change.version }
    else if (change.operation === 'mark-read') rows.notice = { ...(rows.notice as object), readAt: change.readAt }
    else if (change.entity === 'email') rows.emailOwner = { userId: change.userId }
    else rows[change.entity] = (change as unknown as Record<string, unknown>)[change.entity]
  }
  return rows
}

const actor = fc.constantFrom(carla, carl, agnes, ada)
const oneOf = <T>(...values: readonly T[]) => fc.constantFrom(...values)
const maybe = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined, freq: 5 })
const optional = <T extends object>(values: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 4, arbitrary: values }, fc.constant({}))

const aTicket = maybe(
  fc
    .tuple(oneOf(...statuses), optional(fc.record({ assignee: oneOf('agnes', 'alan') })))
    .map(([status, assignee]) => ticket({ status, ...assignee })),
)
const aUser = maybe(
  fc
    .tuple(
      fc.record({
        role: oneOf('customer' as const, 'agent' as const, 'admin' as const),
        status: oneOf(...userStatuses),
        origin: oneOf('self' as const, 'admin' as const),
      }),
      optional(fc.record({ email: oneOf('agnes@example.com', 'Agnes@Example.com', 'old@example.com') })),
      optional(fc.record({ channels: fc.record({ inApp: fc.boolean(), email: fc.boolean() }) })),
    )
    .map(([facts, email, channels]) => user({ ...facts, ...email, ...channels })),
)
const aFollower = maybe(fc.constant({ ticketId: 't1', userId: 'agnes', since: before }))
const urls = ['https://crm.example.com/in', 'https://elsewhere.example.com/']
const someEvents = fc.subarray([...ticketEventTypes].slice(0, 3), { minLength: 1 })
const someWebhooks = fc.oneof(
  fc.constant({}),
  fc.constant({ settings: settings(['erp']) }),
  fc
    .record({ url: oneOf(...urls), events: someEvents })
    .map((facts) => ({ settings: settings(['crm', 'erp']), webhook: webhook(facts) })),
)
const anAttachment = fc
  .record({ state: oneOf(...attachmentStates), removalSeq: oneOf(3, 4) })
  .map((facts) => attachment(facts))
const aSaga = maybe(
  fc.record({
    id: fc.constant('s1'),
    state: oneOf('parked', 'running', 'completed'),
    version: fc.constant(2),
    parking: fc.record({ id: oneOf('p1', 'p2') }),
    generation: oneOf(1, 2),
    timeline: oneOf([], [{ outcome: 'failed' }], [{ outcome: 'done' }]),
  }),
)

const someHolds = fc.record({
  settings: fc.constant(settings(['crm'])),
  holds: maybe(oneOf({ holds: [] }, { holds: [{ dependency: 'mail', since: before, by: 'ada' }] })),
})

const opened = history({ type: 'ticket', id: 't1' }, [
  { type: 'ticket.opened', data: { priority: 'normal', requester: 'carla', messageId: 'm1' } },
])

interface Repeated {
  decide: (state: never, command: never) => Decision<unknown>
  state: fc.Arbitrary<State>
  input: fc.Arbitrary<object>
}

/** Every command that asks for a state to hold. Commands that add something (a ticket, a comment) rely on their request key. */
const repeatable: Record<string, Repeated> = {
  changeStatus: {
    decide: changeStatus,
    state: fc.record({ ticket: aTicket }),
    input: fc.record({ to: oneOf(...statuses), reason: fc.constant('Because.') }),
  },
  assignTicket: {
    decide: assignTicket,
    state: fc.record({ ticket: aTicket, assignee: aUser }),
    input: fc.record({ userId: oneOf('agnes', 'alan') }),
  },
  correctTicket: {
    decide: (state: Parameters<typeof correctTicket>[0], correction: Parameters<typeof correctTicket>[1]) =>
      correctTicket(state, correction, opened),
    state: fc.record({ ticket: aTicket, assignee: aUser }),
    input: fc
      .record({ seq: oneOf(1, 2), to: oneOf({ priority: 'high' }, { assignee: 'agnes' }, { assignee: null }) })
      .map(({ seq, to }) => ({ corrects: { seq }, to, reason: 'Because.' })),
  },
  unassignTicket: {
    decide: unassignTicket,
    state: fc.record({ ticket: aTicket, assignee: aUser }),
    input: fc.record({ userId: oneOf('agnes', 'alan') }),
  },
  followTicket: {
    decide: followTicket,
    state: fc.record({ ticket: aTicket, user: aUser, follower: aFollower }),
    input: fc.record({ userId: fc.constant('agnes') }),
  },
  unfollowTicket: {
    decide: unfollowTicket,
    state: fc.record({ ticket: aTicket, follower: aFollower }),
    input: fc.record({ userId: fc.constant('agnes') }),
  },
  addAttachment: {
    decide: addAttachment,
    state: fc.record({
      ticket: aTicket,
      attachment: oneOf(...attachmentStates).map((state) => attachment({ state })),
    }),
    input: fc.constant({}),
  },
  requestRemoval: {
    decide: requestRemoval,
    state: fc.record({ ticket: aTicket, attachment: maybe(anAttachment) }),
    input: fc.constant({}),
  },
  removeAttachment: {
    decide: removeAttachment,
    state: fc.record({ ticket: aTicket, attachment: maybe(anAttachment) }),
    input: fc.record({ removalSeq: oneOf(3, 4) }),
  },
  takeBack: {
    decide: takeBack,
    state: fc.record({
      ticket: aTicket,
      attachment: fc
        .tuple(anAttachment, optional(fc.constant({ infection: 'Late' })))
        .map(([file, found]) => ({ ...file, ...found })),
    }),
    input: fc.constant({}),
  },
  createUser: {
    decide: createUser,
    state: fc.record({ user: aUser, emailOwner: maybe(fc.record({ userId: oneOf('agnes', 'alan') })) }),
    input: fc
      .tuple(oneOf('agent' as const, 'customer' as const), optional(fc.constant({ email: 'agnes@example.com' })))
      .map(([role, email]) => ({ id: 'agnes', role, ...email })),
  },
  deactivateUser: {
    decide: deactivateUser,
    state: fc.record({ user: aUser }),
    input: fc.record({ userId: fc.constant('agnes') }),
  },
  changePreferences: {
    decide: changePreferences,
    state: fc.record({ user: aUser }),
    input: fc.record({ channels: fc.record({ inApp: fc.boolean(), email: fc.boolean() }) }),
  },
  suppressMail: {
    decide: suppressMail,
    state: fc.record({ user: aUser }),
    input: fc.record({ emails: fc.constant(['agnes@example.com']), why: oneOf(...suppressions) }),
  },
  liftMailSuppression: {
    decide: liftMailSuppression,
    state: fc.record({ user: maybe(oneOf(user(), user({ mailSuppressed: { why: 'bounce', at: before } }))) }),
    input: fc.record({ userId: fc.constant('agnes') }),
  },
  putWebhook: {
    decide: putWebhook,
    state: someWebhooks,
    input: fc.record({ name: fc.constant('crm'), url: oneOf(...urls), events: someEvents }),
  },
  removeWebhook: {
    decide: removeWebhook,
    state: someWebhooks,
    input: fc.record({ name: fc.constant('crm') }),
  },
  putHold: {
    decide: putHold,
    state: someHolds,
    input: fc.record({ dependency: oneOf('mail', 'webhook:crm', 'webhook:gone') }),
  },
  releaseHold: {
    decide: releaseHold,
    state: someHolds,
    input: fc.record({ dependency: oneOf('mail', 'scanner') }),
  },
  resumeSaga: {
    decide: resumeSaga,
    state: fc.record({ saga: aSaga }),
    input: fc.record({ parkingId: oneOf('p1', 'p2') }),
  },
  runSagaNow: {
    decide: runSagaNow,
    state: fc.record({ saga: aSaga }),
    input: fc.record({ generation: oneOf(1, 2), isDeployed: fc.boolean() }),
  },
}

const later = { at: '2026-03-01T13:00:00.000Z', ids: { target: 'later-target', message: 'later-message' } }

describe('deciding the same command twice', () => {
  it.each(Object.entries(repeatable))('changes something once at most: %s', (_, { decide, state, input }) => {
    const outcomes = new Set<string>()
    const decided = decide as (state: State, command: object) => Decision<unknown>
    fc.assert(
      fc.property(state, actor, input, (rows, by, asked) => {
        const first = decided(rows, command(by, asked))
        outcomes.add(first.outcome)
        if (first.outcome !== 'changed') return
        const second = decided(applyChanges(rows, first.changes), { ...command(by, asked), ...later })
        expect(['unchanged', 'refused']).toContain(second.outcome)
      }),
      { numRuns: 300 },
    )
    expect(outcomes).toContain('changed')
  })

  it('stores the same change of a notice: the first time at which it was read', () => {
    fc.assert(
      fc.property(maybe(fc.constant(before)), (readAt) => {
        const notice = { id: 'n1', ...(readAt && { readAt }) }
        const first = readNotice<{ id: string; readAt?: string }>({ notice }, command(carla, {}))
        if (first.outcome !== 'changed-without-event') throw new Error(first.outcome)
        const rows = applyChanges({ notice }, first.changes) as { notice: typeof notice }
        expect(readNotice(rows, { ...command(carla, {}), ...later })).toEqual(first)
      }),
    )
  })

  it.each(Object.entries(repeatable))('depends on nothing but state and command: %s', (_, { decide, state, input }) => {
    const decided = decide as (state: State, command: object) => Decision<unknown>
    fc.assert(
      fc.property(state, actor, input, (rows, by, asked) => {
        const copy = structuredClone({ rows, asked })
        expect(decided(rows, command(by, asked))).toEqual(decided(rows, command(by, asked)))
        expect({ rows, asked }).toEqual(copy)
      }),
    )
  })
})
