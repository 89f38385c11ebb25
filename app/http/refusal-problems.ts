import type { Refusal } from '../../domain/decision.ts'
import { invalidRequest, Problem } from './problem.ts'

/** The problem that reports why the domain refused a command. */
export function toProblem(refusal: Refusal): Problem {
  // TypeScript does not see that the function of this `why` takes this refusal: the type of the table holds it.
  const make = problemOf[refusal.why] as (refusal: Refusal) => Problem
  return make(refusal)
}

type ProblemOf = { [Why in Refusal['why']]: (refusal: Extract<Refusal, { why: Why }>) => Problem }

/** Each refusal in the words of API users: what stands in the way, and what to do about it. */
const problemOf: ProblemOf = {
  'not-found': ({ what }) => new Problem('not-found', `This ${what} does not exist, or you may not see it.`),

  forbidden: ({ detail }) => new Problem('forbidden', detail),

  'transition-not-allowed': ({ from, to }) =>
    new Problem('transition-not-allowed', `A ticket can't change from ${from} to ${to}.`, { from, to }),

  'ticket-closed': () =>
    new Problem('ticket-closed', 'The only change a closed ticket allows is reopening: set its status to open first.'),

  'assignee-not-assignable': ({ userId, pointer = '/userId' }) =>
    new Problem(
      'assignee-not-assignable',
      `The user ${userId} is not an active agent of this tenant.`,
      errorAt(pointer),
    ),

  'not-the-cause'({ fact, seq, causeSeq }) {
    const found =
      causeSeq === undefined
        ? `No event from event ${seq} on says what the ${fact} is.`
        : `The ticket has its ${fact} from event ${causeSeq}, not from event ${seq}.`
    return new Problem('not-the-cause', `${found} It stays as it is: read the history of the ticket.`, {
      ...(causeSeq !== undefined && { causeSeq }),
    })
  },

  'follower-unknown': ({ userId }) =>
    new Problem('follower-unknown', `The user ${userId} is not an active user of this tenant.`),

  'user-exists': ({ userId }) => new Problem('user-exists', `The user ${userId} has already been created.`),

  'email-taken': () =>
    new Problem('email-taken', 'Another user of this tenant has this e-mail address.', errorAt('/email')),

  'user-deactivated': () =>
    new Problem(
      'user-deactivated',
      'A deactivated user can read and change nothing. Only a request that took effect before is answered again.',
    ),

  'too-many-webhooks': ({ max }) =>
    new Problem('too-many-webhooks', `A tenant can have at most ${max} webhooks. Remove one first.`),

  'too-many-holds': ({ max }) =>
    new Problem('too-many-holds', `A tenant can hold at most ${max} dependencies. Release one first.`),

  'ticket-full': ({ max }) =>
    new Problem(
      'ticket-full',
      `A ticket can have at most ${max} events. It can still be resolved and closed: continue in a new ticket.`,
    ),

  'too-many-followers': ({ max }) =>
    new Problem('too-many-followers', `A ticket can have at most ${max} followers. Remove one first.`),

  'too-many-uploads': ({ max }) =>
    new Problem(
      'too-many-uploads',
      `You have ${max} uploads in progress, and may have no more. Upload one of these files, or wait until its slot closes.`,
    ),

  'attachment-quota-used-up': ({ whose, maxBytes }) =>
    new Problem(
      'attachment-quota-used-up',
      whose === 'person'
        ? `Your attachments may use at most ${maxBytes} bytes, and this file does not fit. Remove one of your files first.`
        : `The attachments of this tenant may use at most ${maxBytes} bytes, and this file does not fit. Remove a file first.`,
    ),

  'attachment-not-ready': ({ state }) =>
    new Problem('attachment-not-ready', `The attachment is ${state}, and only one that is ready can be removed.`, {
      state,
    }),

  'sla-policy-overlaps': ({ policyId, validFrom, validTo }) =>
    new Problem(
      'sla-policy-overlaps',
      `The policy ${policyId} is valid from ${validFrom} ${validTo === undefined ? 'on' : `to ${validTo}`}, and two can't be valid at once. Change its end first, or this beginning.`,
      { policyId, validFrom, ...(validTo !== undefined && { validTo }) },
    ),

  'too-many-sla-policies': ({ max }) =>
    new Problem(
      'too-many-sla-policies',
      `A tenant can have at most ${max} SLA policies. Change one of them instead: its history is kept.`,
    ),

  'time-not-claimable': ({ pointer, daysMax }) =>
    invalidRequest('The time at which this is said to have happened is not valid.', [
      { pointer, detail: `must not be in the future, nor more than ${daysMax} days back` },
    ]),

  'parking-not-current': ({ parkingId }) =>
    new Problem(
      'parking-not-current',
      `The saga is not parked with the parkingId ${parkingId}: it has been resumed, or parked again since. Read it again.`,
    ),

  'not-blocked-there': ({ blockedAt }) =>
    new Problem(
      'not-blocked-there',
      blockedAt === undefined
        ? 'It has gone on since: nothing is blocked there by now.'
        : `It has gone on since, and is blocked at event ${blockedAt} by now: list it again.`,
    ),

  'saga-not-between-attempts': ({ detail }) => new Problem('saga-not-between-attempts', detail),

  'version-mismatch': ({ version }) =>
    version === undefined
      ? new Problem('version-mismatch', 'There is no version to match yet. Send this request without If-Match.')
      : new Problem(
          'version-mismatch',
          `The resource is at version ${version}. Read it again, then repeat the change.`,
          {
            headers: { ETag: `"${version}"` },
            version,
          },
        ),
}

function errorAt(pointer: string) {
  return { errors: [{ pointer }] }
}
