import { addComment } from '../../functions/add-comment/add-comment.ts'
import { assignTicket } from '../../functions/assign-ticket/assign-ticket.ts'
import { createTicket } from '../../functions/create-ticket/create-ticket.ts'
import { deactivateUser } from '../../functions/deactivate-user/deactivate-user.ts'
import { putHold } from '../../functions/put-hold/put-hold.ts'
import { releaseHold } from '../../functions/release-hold/release-hold.ts'
import { removeAttachment } from '../../functions/remove-attachment/remove-attachment.ts'
import { requestAttachment } from '../../functions/request-attachment/request-attachment.ts'
import { files } from './files.ts'
import { people } from './people.ts'
import type { Known, SimulatedRequest } from './requests.ts'

/** One step of a script: requests that are sent at the same time. They may depend on the tickets and files that are known by then. */
export interface ScriptStep {
  /** Virtual time that passes before. */
  afterMs?: number
  requests: (known: Known) => { request: SimulatedRequest; copies: number }[]
}

export const tenant = 'acme'

type Who = keyof typeof people

function request(by: Who, key: string, what: Pick<SimulatedRequest, 'endpoint' | 'params' | 'body'>): SimulatedRequest {
  return { by: { tenant, actor: people[by] }, key, ...what }
}

export const open = (by: Who, copies = 1): ScriptStep => {
  const what = { endpoint: createTicket, body: { title: 'Printer on fire', body: 'It burns.' } }
  return { requests: () => [{ request: request(by, 'open', what), copies }] }
}

export const onTicket = (
  ...requests: { by: Who; key: string; endpoint: SimulatedRequest['endpoint']; body: unknown; copies?: number }[]
): ScriptStep => ({
  requests: ({ tickets: [ticketId = ''] }) =>
    requests.map(({ by, key, endpoint, body, copies = 1 }) => ({
      request: request(by, key, { endpoint, params: { ticketId }, body }),
      copies,
    })),
})

export const attach = {
  by: 'carla',
  key: 'attach',
  endpoint: requestAttachment,
  body: files.harmless.declared,
} as const

/** Removes a file after the time in which its saga has ended, whatever has become of it. */
export const removeFile: ScriptStep = {
  afterMs: 1_800_000,
  requests: ({ files: [file] }) => {
    const params = { ticketId: file?.ticketId ?? '', attachmentId: file?.id ?? '' }
    return file ? [{ request: request('carla', 'remove', { endpoint: removeAttachment, params }), copies: 1 }] : []
  },
}

const aboutMail = { params: { dependency: 'mail' } }

export const holdMail: ScriptStep = {
  requests: () => [{ request: request('ada', 'hold', { endpoint: putHold, ...aboutMail, body: {} }), copies: 1 }],
}

/** Releases mail after the time in which the mail would have been sent. */
export const releaseMail: ScriptStep = {
  afterMs: 60_000,
  requests: () => [{ request: request('ada', 'release', { endpoint: releaseHold, ...aboutMail }), copies: 1 }],
}

export const comment = (by: Who, key = `comment-of-${by}`) => ({
  by,
  key,
  endpoint: addComment,
  body: { body: 'It still burns.' },
})

export const assign = { by: 'ada', key: 'assign', endpoint: assignTicket, body: { userId: 'alan' } } as const
export const deactivate = request('ada', 'deactivate', { endpoint: deactivateUser, params: { userId: 'alan' } })

/** The assignment has been delivered when the assignee is deactivated: only an index can tell of the ticket by then. */
export const deactivationAfterAssignment: readonly ScriptStep[] = [
  open('carla'),
  onTicket(assign),
  { afterMs: 5_000, requests: () => [{ request: deactivate, copies: 1 }] },
]
