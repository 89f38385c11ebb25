import { attachmentKinds } from './kinds/attachments.ts'
import { consumerKinds } from './kinds/consumers.ts'
import { historyKinds } from './kinds/history.ts'
import { noticeKinds } from './kinds/notices.ts'
import { operationKinds } from './kinds/operations.ts'
import { peopleKinds } from './kinds/people.ts'
import { quotaKinds } from './kinds/quotas.ts'
import { sagaKinds } from './kinds/sagas.ts'
import { slaKinds } from './kinds/sla.ts'
import { ticketKinds } from './kinds/tickets.ts'
import { viewKinds } from './kinds/views.ts'
import type { RowKind } from './row-kind.ts'

const kinds = [
  ...ticketKinds,
  ...slaKinds,
  ...attachmentKinds,
  ...peopleKinds,
  ...historyKinds,
  ...consumerKinds,
  ...viewKinds,
  ...sagaKinds,
  ...operationKinds,
  ...quotaKinds,
  ...noticeKinds,
]

/** Every kind of row that any table stores. A stored row must be of exactly one of them. */
export const rowKinds: readonly RowKind[] = kinds

/** The names of all kinds, so that a table of something about each does not compile while one is missing. */
export type RowKindName = (typeof kinds)[number]['name']
