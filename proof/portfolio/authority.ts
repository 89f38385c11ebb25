import type { RowKindName } from '../schema/kinds.ts'

/**
 * What stored data is to the system: `truth` nobody else knows; a `projection` follows from the truth and can be made again; a `cache` may
 * be lost without anybody noticing; a `snapshot` is the truth of one moment; `evidence` proves what happened and decides nothing.
 */
export type Role = 'truth' | 'projection' | 'cache' | 'snapshot' | 'evidence'

export interface Authority {
  role: Role
  /** The file in which it is decided what it says. */
  owner: string
  /** How a wrong one is put right. */
  corrected: string
}

const correction = 'an event: `POST /tickets/{ticketId}/corrections`'
const newCommand = 'by the next command; every version is an event'
const never = 'never: it is what happened'
const rebuilt = (view: string) => `\`npm run rebuild -- ${view}\``
const byItself = 'by the next round: losing it costs one round from the beginning'
const recounted = '`npm run reconcile -- quotas --heal`'
const writePath = 'app/execute-command.ts'

/** Every kind of row. One without an entry does not compile. */
export const rowAuthority: Record<RowKindName, Authority> = {
  'ticket header': { role: 'truth', owner: writePath, corrected: correction },
  message: { role: 'truth', owner: writePath, corrected: 'by another message; nobody edits what a person wrote' },
  follower: { role: 'truth', owner: writePath, corrected: newCommand },
  'archive reference': {
    role: 'truth',
    owner: 'app/archive/archive-ticket.ts',
    corrected: '`npm run archive -- --restore-ticket ID`, which puts the events back',
  },
  'place of a late comment': { role: 'projection', owner: 'domain/add-comment.ts', corrected: 'from its message' },
  'SLA policies': { role: 'truth', owner: 'domain/put-sla-policy.ts', corrected: newCommand },
  attachment: {
    role: 'truth',
    owner: 'sagas/attachment/attachment.ts',
    corrected: '[uploads](../runbooks/uploads.md): its saga, or the old version of its object',
  },
  user: { role: 'truth', owner: writePath, corrected: newCommand },
  'e-mail address': { role: 'truth', owner: 'domain/create-user.ts', corrected: 'not: an address is given once' },
  'settings header': { role: 'truth', owner: 'domain/put-webhook.ts', corrected: newCommand },
  webhook: { role: 'truth', owner: 'domain/put-webhook.ts', corrected: newCommand },
  holds: { role: 'truth', owner: 'domain/put-hold.ts', corrected: newCommand },

  event: {
    role: 'truth',
    owner: 'tables/commit.ts',
    corrected: `${never}. A wrong fact is corrected by another event`,
  },
  'outbox row': { role: 'truth', owner: 'app/publish/publisher.ts', corrected: '[outbox](../runbooks/outbox.md)' },
  'unconfirmed event': {
    role: 'truth',
    owner: 'functions/reconcile-consumers/confirm-events.ts',
    corrected: '[unconfirmed events](../runbooks/unconfirmed-events.md)',
  },
  'request key': { role: 'truth', owner: 'tables/commit.ts', corrected: `${never}; it ends by itself` },

  checkpoint: {
    role: 'truth',
    owner: 'app/consume/consume-message.ts',
    corrected: '`npm run reconcile -- checkpoints --heal`, or a redrive',
  },
  'sweep position': { role: 'cache', owner: 'app/sweep.ts', corrected: byItself },
  'entry of a run': { role: 'evidence', owner: 'app/run-log.ts', corrected: never },

  'ticket counts': { role: 'projection', owner: 'app/views/stats.ts', corrected: rebuilt('stats') },
  'active hour': { role: 'projection', owner: 'app/views/dashboard.ts', corrected: rebuilt('dashboard') },
  'tracked ticket': { role: 'projection', owner: 'app/views/dashboard.ts', corrected: rebuilt('dashboard') },
  'indexed message': { role: 'projection', owner: 'app/views/search.ts', corrected: rebuilt('search') },
  'word of a message': { role: 'projection', owner: 'app/views/search.ts', corrected: rebuilt('search') },
  'item of the work list': { role: 'projection', owner: 'app/views/work-list.ts', corrected: rebuilt('work-list') },
  'ticket of the work list': { role: 'projection', owner: 'app/views/work-list.ts', corrected: rebuilt('work-list') },
  'projection sequence': {
    role: 'projection',
    owner: 'app/views/generations.ts',
    corrected: 'by a rebuild of the read model whose number is wrong',
  },
  'catalog of generations': {
    role: 'truth',
    owner: 'domain/view-catalog.ts',
    corrected: '`npm run rebuild`: a switch, or back to the generation of before',
  },
  'migration stages': {
    role: 'truth',
    owner: 'app/migrate/change-stage.ts',
    corrected: '`npm run migrate`: on by one stage, or back',
  },
  'hold on everything': {
    role: 'truth',
    owner: 'app/hold-everything.ts',
    corrected: '`npm run hold`: everything, or release',
  },

  saga: { role: 'truth', owner: 'sagas/run-task.ts', corrected: '[saga parked](../runbooks/saga-parked.md): a resume' },
  resumption: { role: 'truth', owner: 'app/advance-resumption.ts', corrected: 'not: another one is asked for' },
  redrive: { role: 'truth', owner: 'domain/redrive-blocked.ts', corrected: 'not: another one is asked for' },
  fence: { role: 'truth', owner: 'sagas/run-task.ts', corrected: never },
  'send counter': { role: 'truth', owner: 'tables/send-quota.ts', corrected: 'by the next hour, which begins at 0' },
  'attachment bytes': { role: 'projection', owner: 'tables/attachment-quota.ts', corrected: recounted },
  'upload counter': { role: 'projection', owner: 'tables/attachment-quota.ts', corrected: recounted },
  'rate counter': {
    role: 'cache',
    owner: 'app/http/tenant-limit.ts',
    corrected: 'by the next window, ten seconds later',
  },
  notice: {
    role: 'truth',
    owner: 'sagas/notification/notification.ts',
    corrected: 'withdrawn by the undo of its saga',
  },
  delivery: { role: 'evidence', owner: 'sagas/webhook/webhook.ts', corrected: never },
}
