import { type Access, commit } from './access.ts'

/**
 * Every function of the system, with what it may do to tables. Its code is `functions/<name>/handler.ts`; queues, machines and
 * mail are granted where a stack wires them.
 */
export interface HttpFunction {
  /** Method and path template of the REST API. */
  route: `${'GET' | 'POST' | 'PUT' | 'DELETE'} /${string}`
  access: Access
}

export const httpFunctions = {
  'create-ticket': { route: 'POST /tickets', access: commit },
  'add-comment': { route: 'POST /tickets/{ticketId}/comments', access: commit },
  'change-status': { route: 'POST /tickets/{ticketId}/transitions', access: commit },
  'assign-ticket': { route: 'PUT /tickets/{ticketId}/assignee', access: commit },
  'follow-ticket': { route: 'PUT /tickets/{ticketId}/followers/{userId}', access: commit },
  'unfollow-ticket': {
    route: 'DELETE /tickets/{ticketId}/followers/{userId}',
    access: { ...commit, Tickets: [...commit.Tickets, 'DeleteItem'] },
  },
  'create-user': { route: 'POST /users', access: commit },
  'deactivate-user': { route: 'POST /users/{userId}/deactivation', access: commit },
  'set-preferences': { route: 'PUT /users/me/preferences', access: commit },
  'put-webhook': { route: 'PUT /webhooks/{name}', access: commit },
  'remove-webhook': {
    route: 'DELETE /webhooks/{name}',
    access: { ...commit, Tickets: [...commit.Tickets, 'DeleteItem'] },
  },
  // A notice has no event: of the write path only the request key.
  'read-notice': {
    route: 'POST /notices/{noticeId}/read',
    access: { RequestKeys: commit.RequestKeys, Tickets: ['GetItem'], Notices: ['GetItem', 'UpdateItem'] },
  },
  'get-ticket': { route: 'GET /tickets/{ticketId}', access: { Tickets: ['GetItem'] } },
  'list-tickets': {
    route: 'GET /tickets',
    access: { Tickets: ['Query byTenant', 'Query byStatus', 'Query byAssignee', 'Query byRequester'] },
  },
  'list-events': { route: 'GET /tickets/{ticketId}/events', access: { Tickets: ['GetItem'], Events: ['Query'] } },
  'list-comments': { route: 'GET /tickets/{ticketId}/comments', access: { Tickets: ['GetItem', 'Query'] } },
  'get-comment': {
    route: 'GET /tickets/{ticketId}/comments/{commentId}',
    access: { Tickets: ['GetItem', 'Query'] },
  },
  'request-attachment': { route: 'POST /tickets/{ticketId}/attachments', access: commit },
  'get-attachment': {
    route: 'GET /tickets/{ticketId}/attachments/{attachmentId}',
    access: { Tickets: ['GetItem'] },
  },
  'get-user': { route: 'GET /users/{userId}', access: { Tickets: ['GetItem'] } },
  'get-stats': { route: 'GET /stats', access: { Views: ['Query'] } },
  'list-sagas': {
    route: 'GET /tickets/{ticketId}/sagas',
    access: { Tickets: ['GetItem'], Sagas: ['Query byAggregate'] },
  },
  'get-saga': {
    route: 'GET /sagas/{sagaId}',
    access: { Sagas: ['GetItem'], Tickets: ['GetItem'], Events: ['GetItem'] },
  },
  'resume-saga': {
    route: 'POST /sagas/{sagaId}/resume',
    access: { ...commit, Sagas: ['GetItem', 'UpdateItem'] },
  },
  'list-notices': { route: 'GET /notices', access: { Notices: ['Query'] } },
  'get-openapi': { route: 'GET /openapi.json', access: {} },
} as const satisfies Record<string, HttpFunction>

export type HttpFunctionName = keyof typeof httpFunctions

/** Method and route template of an endpoint: its route in the gateway, and the scope of its Idempotency-Keys. */
export function route(name: HttpFunctionName): HttpFunction['route'] {
  return httpFunctions[name].route
}

/** Each reads its own FIFO queue; `late` and `deadLetters` tell what its alarms mean for the user. */
export interface Subscriber {
  access: Access
  late: string
  deadLetters: string
}

export const subscribers = {
  'start-saga': {
    access: {
      Events: ['Query'],
      Sagas: ['PutItem'],
    },
    late: 'People learn late of what happened to their tickets: notifications start minutes after the event.',
    deadLetters: 'Some people are not told of a change to a ticket until the dead letters are redriven.',
  },
  'wake-saga': {
    access: { Sagas: ['GetItem', 'UpdateItem'] },
    late: 'A parked saga that an operator resumed goes on minutes later.',
    deadLetters: 'A parked saga that an operator resumed does not go on until the next reconciliation finds it.',
  },
  'project-views': {
    access: {
      Events: ['Query'],
      Receipts: ['GetItem', 'PutItem'],
      Views: ['GetItem', 'PutItem'],
    },
    late: 'GET /stats counts tickets as they were minutes ago.',
    deadLetters: 'GET /stats leaves out the changes of a ticket until the dead letters are redriven.',
  },
  'unassign-tickets': {
    access: {
      ...commit,
      Tickets: [...commit.Tickets, 'Query byAssignee'],
      Events: [...commit.Events, 'Query'],
      Receipts: ['GetItem', 'PutItem'],
    },
    late: 'Tickets of an agent who was deactivated stay assigned for minutes, and nobody else picks them up.',
    deadLetters: 'Tickets of a deactivated agent stay assigned until the dead letters are redriven.',
  },
} as const satisfies Record<string, Subscriber>

export type SubscriberName = keyof typeof subscribers

/** Between outbox and queues. Only the sweeper scans: it must find what no key leads to. */
export const relayFunctions = {
  'relay-outbox': { access: { Outbox: ['DeleteItem'] } },
  'sweep-outbox': { access: { Outbox: ['Scan', 'DeleteItem'] } },
} as const satisfies Record<string, { access: Access }>

/** What stands still is found and goes on. They scan sparse indexes, which hold nothing else. */
export const reconcileFunctions = {
  'reconcile-sagas': { access: { Sagas: ['Scan live', 'GetItem', 'UpdateItem'] } },
  // What the ordered consumers may do together, as it does their work.
  'reconcile-consumers': {
    access: {
      ...subscribers['unassign-tickets'].access,
      Receipts: ['Scan blocked', 'GetItem', 'PutItem'],
      Views: subscribers['project-views'].access.Views,
    },
  },
} as const satisfies Record<string, { access: Access }>

/** One function runs all tasks of one saga. */
export const sagaFunctions = {
  'run-notification-step': {
    access: {
      StepKeys: ['GetItem', 'PutItem', 'UpdateItem'],
      Sagas: ['GetItem', 'UpdateItem'],
      Quotas: ['GetItem', 'PutItem', 'UpdateItem'],
      Notices: ['PutItem', 'UpdateItem', 'DeleteItem'],
      Tickets: ['GetItem'],
    },
  },
  'run-webhook-step': {
    access: {
      StepKeys: ['GetItem', 'PutItem', 'UpdateItem'],
      Sagas: ['GetItem', 'UpdateItem'],
      Quotas: ['GetItem', 'PutItem', 'UpdateItem'],
      Notices: ['PutItem'],
      Tickets: ['GetItem'],
      Events: ['GetItem'],
    },
  },
  'run-attachment-step': {
    access: {
      StepKeys: ['GetItem', 'PutItem', 'UpdateItem'],
      Sagas: ['GetItem', 'UpdateItem'],
      Quotas: ['GetItem', 'UpdateItem'],
      // The pivot commits as every other write does, but for a request key.
      Tickets: ['GetItem', 'PutItem', 'UpdateItem'],
      Events: ['PutItem'],
      Outbox: ['PutItem'],
    },
  },
} as const satisfies Record<string, { access: Access }>

/** The first two do the same with an upload: one hears of it, the other finds it. The third finds what was copied too late. */
export const uploadFunctions = {
  'record-upload': { access: { Tickets: ['GetItem', 'UpdateItem'] } },
  'sweep-uploads': { access: { Tickets: ['GetItem', 'UpdateItem'] } },
  'sweep-copies': { access: { Tickets: ['GetItem'] } },
} as const satisfies Record<string, { access: Access }>

/** Told by GuardDuty, through EventBridge, what it made of an upload: only where a stage has uploads scanned. */
export const scanFunctions = {
  'record-scan': { access: { Tickets: ['GetItem', 'UpdateItem'] } },
} as const satisfies Record<string, { access: Access }>

/** Told by SES, through SNS, of mail that came back. */
export const mailFunctions = {
  'record-bounce': { access: { ...commit, Sagas: ['GetItem'] } },
} as const satisfies Record<string, { access: Access }>

/** Invoked only when a row of Events was changed or removed. */
export const watchFunctions = {
  'watch-events': { access: {} },
} as const satisfies Record<string, { access: Access }>

export type FunctionName =
  | keyof typeof httpFunctions
  | SubscriberName
  | keyof typeof relayFunctions
  | keyof typeof reconcileFunctions
  | keyof typeof sagaFunctions
  | keyof typeof mailFunctions
  | keyof typeof uploadFunctions
  | keyof typeof scanFunctions
  | keyof typeof watchFunctions

const everywhere = [
  httpFunctions,
  subscribers,
  relayFunctions,
  reconcileFunctions,
  sagaFunctions,
  mailFunctions,
  uploadFunctions,
  watchFunctions,
]

/** The functions of a stage. */
export function functionNamesOf({ malwareScan }: { malwareScan?: string | undefined }): FunctionName[] {
  const groups = malwareScan ? [...everywhere, scanFunctions] : everywhere
  return groups.flatMap((group) => Object.keys(group)) as FunctionName[]
}
