import { messageRetentionDays, oldVersionDays, quarantineDays, quarantineOldVersionDays } from '../../infra/limits.ts'
import { awsStageNames, stages } from '../../infra/stages.ts'
import { retentionHours } from '../../tables/request-keys.ts'
import type { RowKindName } from '../schema/kinds.ts'

/**
 * What ends a row or an object: `never`, nothing does; `age`, DynamoDB's time to live or a rule of the service; `work`, the system when it
 * has no more use for it; `command`, somebody's request.
 */
export type EndedBy = 'never' | 'age' | 'work' | 'command'

export interface Retention {
  endedBy: EndedBy
  keeps: string
  /** Who may end it earlier, and how. */
  shortens: string
}

/** What no person asks to be kept shorter: nothing in it was written by or names more than an id. */
const nobody = 'nobody: no code of the app deletes it'
const restoreOnly = 'nobody; an administrator of the account, against the alarm on history'
const rebuild = 'a rebuild, which makes it again'
const asTicket = 'as long as its ticket: for ever'
const erasure = 'nobody yet: an erasure on request is not built'

/** Every kind of row. One without an entry does not compile. */
export const rowRetention: Record<RowKindName, Retention> = {
  'ticket header': { endedBy: 'never', keeps: 'for ever', shortens: erasure },
  message: { endedBy: 'never', keeps: asTicket, shortens: erasure },
  follower: { endedBy: 'command', keeps: 'while the person follows', shortens: 'the person, an agent or an admin' },
  'archive reference': { endedBy: 'never', keeps: asTicket, shortens: nobody },
  'place of a late comment': { endedBy: 'never', keeps: asTicket, shortens: nobody },
  'SLA policies': { endedBy: 'never', keeps: 'for ever, with those that have ended', shortens: nobody },
  attachment: { endedBy: 'never', keeps: asTicket, shortens: 'nobody; its object goes, the row says so' },
  user: { endedBy: 'never', keeps: 'for ever: a person is deactivated', shortens: erasure },
  'e-mail address': { endedBy: 'never', keeps: 'for ever', shortens: erasure },
  'settings header': { endedBy: 'never', keeps: 'as long as its tenant: for ever', shortens: nobody },
  webhook: { endedBy: 'command', keeps: 'until an admin removes it', shortens: 'an admin of the tenant' },
  holds: { endedBy: 'never', keeps: 'for ever; each hold in it until its release', shortens: 'an admin of the tenant' },

  event: {
    endedBy: 'never',
    keeps: 'for ever: in the table, or in the [archive](../archive.md) of a quiet closed ticket',
    shortens: restoreOnly,
  },
  'outbox row': {
    endedBy: 'work',
    keeps: 'until every queue has its event: seconds',
    shortens: 'nobody: it is the event’s delivery',
  },
  'unconfirmed event': {
    endedBy: 'work',
    keeps: 'until every subscriber has handled it: a quarter of an hour',
    shortens: 'nobody: it is the proof of delivery',
  },
  'request key': {
    endedBy: 'age',
    keeps: `${retentionHours} hours and a margin for clocks, as the API promises`,
    shortens: 'nobody: a retry within the promise would take effect twice',
  },

  checkpoint: { endedBy: 'never', keeps: 'for ever: a message may be redriven long after', shortens: nobody },
  'sweep position': { endedBy: 'never', keeps: 'one row per sweep', shortens: 'anybody: losing it costs one round' },
  'entry of a run': { endedBy: 'never', keeps: 'for ever', shortens: nobody },

  'ticket counts': { endedBy: 'never', keeps: 'for ever, eight rows per tenant', shortens: rebuild },
  'active hour': { endedBy: 'never', keeps: 'for ever', shortens: rebuild },
  'tracked ticket': { endedBy: 'never', keeps: asTicket, shortens: rebuild },
  'indexed message': { endedBy: 'work', keeps: 'as long as its text', shortens: rebuild },
  'word of a message': { endedBy: 'work', keeps: 'as long as its text', shortens: rebuild },
  'item of the work list': { endedBy: 'work', keeps: 'while the ticket waits for an agent', shortens: rebuild },
  'ticket of the work list': { endedBy: 'never', keeps: asTicket, shortens: rebuild },
  'projection sequence': { endedBy: 'never', keeps: 'as long as its aggregate: for ever', shortens: rebuild },
  'catalog of generations': { endedBy: 'never', keeps: 'one row', shortens: nobody },
  'migration stages': { endedBy: 'never', keeps: 'one row', shortens: nobody },
  'hold on everything': { endedBy: 'never', keeps: 'one row', shortens: nobody },

  saga: { endedBy: 'never', keeps: 'for ever: it says what was done', shortens: nobody },
  resumption: { endedBy: 'never', keeps: 'for ever: it says who resumed what', shortens: nobody },
  redrive: { endedBy: 'never', keeps: 'for ever: it says who asked', shortens: nobody },
  fence: {
    endedBy: 'age',
    keeps: '120 days after its saga has ended',
    shortens: 'nobody: a late step would take effect again',
  },

  'send counter': { endedBy: 'never', keeps: 'for ever, used again each hour', shortens: nobody },
  'attachment bytes': { endedBy: 'never', keeps: 'one row per tenant', shortens: nobody },
  'upload counter': { endedBy: 'never', keeps: 'one row per person', shortens: nobody },
  'rate counter': { endedBy: 'age', keeps: 'an hour after its window', shortens: 'nobody needs to' },

  notice: { endedBy: 'never', keeps: 'for ever; withdrawn when its mail is refused', shortens: erasure },
  delivery: { endedBy: 'never', keeps: 'for ever', shortens: nobody },
}

const logDays = awsStageNames.map((name) => `${stages[name].logRetention} days on \`${name}\``).join(', ')
const { days: lockDays, mode } = stages.prod.digestLock

/** What is kept besides rows. A test compares the numbers with the synthesized templates. */
export const otherRetention: readonly (Retention & { what: string })[] = [
  {
    what: 'an upload that was not inspected (`quarantine/`)',
    endedBy: 'age',
    keeps: `until its saga ends, at most ${quarantineDays} days; old versions ${quarantineOldVersionDays} day`,
    shortens: 'its saga',
  },
  {
    what: 'a file of a ticket (`clean/`)',
    endedBy: 'command',
    keeps: `until it is removed; its old version ${oldVersionDays} days more`,
    shortens: 'its uploader, agents and admins; nobody the old version',
  },
  {
    what: 'digests of history',
    endedBy: 'age',
    keeps: `${lockDays} days in production, under Object Lock (${mode.toLowerCase()} mode)`,
    shortens: 'nobody, the account’s root included',
  },
  {
    what: 'points of tables to restore to',
    endedBy: 'age',
    keeps: '35 days',
    shortens: 'an administrator, by deleting the table',
  },
  {
    what: 'messages and dead letters',
    endedBy: 'age',
    keeps: `${messageRetentionDays} days, the maximum of SQS`,
    shortens: 'an operator, by a redrive or a purge: unconfirmed events make up for it',
  },
  { what: 'records of streams', endedBy: 'age', keeps: '24 hours, by DynamoDB', shortens: 'nobody' },
  {
    what: 'logs of functions, sagas and the API',
    endedBy: 'age',
    keeps: logDays,
    shortens: '`logRetention` in `infra/stages.ts`',
  },
  {
    what: 'histories of executions',
    endedBy: 'age',
    keeps: '90 days after their end, by Step Functions; they hold ids only',
    shortens: 'nobody',
  },
  { what: 'metrics', endedBy: 'age', keeps: '15 months, by CloudWatch', shortens: 'nobody' },
  { what: 'traces', endedBy: 'age', keeps: '30 days, by X-Ray', shortens: 'nobody' },
]
