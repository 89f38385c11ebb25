import { type Access, commitAccess, readAndChanged, sagaTaskAccess } from './access.ts'

/** Permissions to take back a file in which malware was found, by a commit (app/take-back.ts). */
const takesBack = {
  ...commitAccess,
  Tickets: [...commitAccess.Tickets, 'UpdateItem'],
  Sagas: ['GetItem'],
} as const satisfies Access

/** A sweep continues where its last round ended (app/sweep.ts). */
const keepsPosition = { SweepPositions: ['GetItem', 'PutItem'] } as const satisfies Access

/** Resumes many sagas: each by a commit that counts it (app/advance-resumption.ts). */
const resumes = {
  ...commitAccess,
  Tickets: [...readAndChanged, 'ConditionCheckItem'],
  Sagas: ['Query liveKeys', ...readAndChanged],
} as const satisfies Access

/** Functions that receive events from a FIFO queue of their own. What its alarms mean is in infra/alarm-meanings.ts. */
export const subscribers = {
  'start-saga': {
    access: {
      Tickets: ['GetItem', 'Query'],
      Events: ['Query'],
      Sagas: ['PutItem'],
      // Only of events that keep failing.
      Receipts: ['GetItem', 'PutItem'],
    },
  },
  'wake-saga': { access: resumes },
  'project-views': {
    access: {
      Tickets: ['GetItem'],
      Events: ['Query'],
      Receipts: ['GetItem', 'PutItem'],
      // It scans for one row, once: a read model that is new lacks a past unless there is none.
      Views: ['GetItem', 'PutItem', 'DeleteItem', 'ConditionCheckItem', 'Scan'],
    },
  },
  'unassign-tickets': {
    access: {
      ...commitAccess,
      Tickets: [...commitAccess.Tickets, 'Query openByAssigneeKeys', 'Query byAssignee'],
      Events: [...commitAccess.Events, 'Query'],
      Receipts: ['GetItem', 'PutItem'],
    },
  },
} as const satisfies Record<string, { access: Access }>

export type SubscriberName = keyof typeof subscribers

/**
 * These send events from the outbox to the queues: by the table's stream, and on a schedule. Only the sweeper
 * scans, as it must find every row.
 */
export const relayFunctions = {
  'relay-outbox': { access: { Outbox: ['DeleteItem'], Unconfirmed: ['PutItem'] } },
  'sweep-outbox': { access: { Outbox: ['Scan', 'DeleteItem'], Unconfirmed: ['PutItem'], ...keepsPosition } },
} as const satisfies Record<string, { access: Access }>

/** Runs the ordered consumers, in their place. */
const consumes = {
  ...subscribers['unassign-tickets'].access,
  Tickets: [...subscribers['unassign-tickets'].access.Tickets, 'Query'],
  Events: [...subscribers['unassign-tickets'].access.Events, 'GetItem'],
  Views: subscribers['project-views'].access.Views,
} as const satisfies Access

/**
 * On a schedule, they find what has stopped, or disagrees, and put it right. They scan sparse indexes, or small tables, of just that;
 * reconcile-data looks for all that disagrees, so it scans the truth.
 */
export const reconcileFunctions = {
  'reconcile-sagas': {
    access: { Sagas: ['Scan liveKeys', 'GetItem', 'UpdateItem'], Tickets: ['GetItem'], ...keepsPosition },
  },
  // It runs the ordered consumers, starts sagas and goes on with resumptions, so it has the access of all of them. It scans what is not
  // confirmed.
  'reconcile-consumers': {
    access: {
      ...consumes,
      Tickets: [...consumes.Tickets, 'UpdateItem'],
      Receipts: ['Scan blocked', 'GetItem', 'PutItem'],
      Sagas: [...subscribers['start-saga'].access.Sagas, ...resumes.Sagas],
      Unconfirmed: ['Scan', 'DeleteItem'],
      ...keepsPosition,
    },
  },
  // It heals as subscribers do. Its ledger can only be added to.
  'reconcile-data': {
    access: {
      ...consumes,
      Tickets: [...consumes.Tickets, 'Scan'],
      Sagas: ['Scan liveKeys', 'GetItem', 'PutItem'],
      StepKeys: ['GetItem'],
      Quotas: ['Scan', 'UpdateItem'],
      Runs: ['PutItem'],
      ...keepsPosition,
    },
  },
} as const satisfies Record<string, { access: Access }>

/** Called by Step Functions: one function runs every task of a saga. */
export const sagaFunctions = {
  'run-notification-step': {
    access: {
      ...sagaTaskAccess,
      Quotas: ['GetItem', 'PutItem', 'UpdateItem'],
      Notices: ['PutItem', 'UpdateItem', 'DeleteItem'],
      Tickets: ['GetItem', 'BatchGetItem'],
    },
  },
  'run-webhook-step': {
    access: {
      ...sagaTaskAccess,
      Quotas: ['GetItem', 'PutItem', 'UpdateItem'],
      Notices: ['PutItem'],
      Tickets: ['GetItem', 'BatchGetItem'],
      Events: ['GetItem'],
    },
  },
  'run-attachment-step': {
    access: {
      ...sagaTaskAccess,
      Quotas: ['GetItem', 'UpdateItem'],
      // Its pivot commits like any other write, but without a request key.
      Tickets: ['GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem'],
      Events: ['PutItem'],
      Outbox: ['PutItem'],
    },
  },
  'run-removal-step': {
    access: {
      ...sagaTaskAccess,
      Quotas: ['UpdateItem'],
      Tickets: ['GetItem', 'PutItem', 'UpdateItem'],
      Events: ['PutItem'],
      Outbox: ['PutItem'],
    },
  },
} as const satisfies Record<string, { access: Access }>

/** Uploads: called by S3's notification, and on a schedule for lost notifications and for late copies. */
export const uploadFunctions = {
  'record-upload': { access: { Tickets: ['GetItem', 'UpdateItem'] } },
  'sweep-uploads': { access: { Tickets: ['GetItem', 'UpdateItem'], ...keepsPosition } },
  'sweep-copies': { access: { ...takesBack, ...keepsPosition } },
} as const satisfies Record<string, { access: Access }>

/** Called by GuardDuty, through EventBridge, with scan results: only in stages that scan uploads. */
export const scanFunctions = {
  'record-scan': { access: takesBack },
} as const satisfies Record<string, { access: Access }>

/** Called by SES, through SNS, with bounces and complaints. */
export const mailFunctions = {
  'record-bounce': { access: { ...commitAccess, Sagas: ['GetItem'] } },
} as const satisfies Record<string, { access: Access }>

/** Called by Cognito before it signs a token: only where a user pool of ours is the issuer. */
export const identityFunctions = {
  'add-token-claims': { access: {} },
} as const satisfies Record<string, { access: Access }>

/** Called by the stream of `Events`, only when a row was changed or removed: an archived event may be. */
export const watchFunctions = {
  'watch-events': { access: { Tickets: ['GetItem'] } },
} as const satisfies Record<string, { access: Access }>
