import { attachmentCorruptions } from './attachments.ts'
import type { Corruption } from './corruption.ts'
import { deliveryCorruptions } from './delivery.ts'
import { historyCorruptions } from './history.ts'
import { holdCorruptions } from './holds.ts'
import { idempotencyCorruptions } from './idempotency.ts'
import { noticeCorruptions } from './notices.ts'
import { pastRunCorruptions } from './past-runs.ts'
import { restoreCorruptions } from './restores.ts'
import { resumptionCorruptions } from './resumptions.ts'
import { sagaCorruptions } from './sagas.ts'
import { tenantCorruptions } from './tenants.ts'
import { ticketCorruptions } from './tickets.ts'

export const corruptions: readonly Corruption[] = [
  ...ticketCorruptions,
  ...deliveryCorruptions,
  ...idempotencyCorruptions,
  ...sagaCorruptions,
  ...holdCorruptions,
  ...attachmentCorruptions,
  ...noticeCorruptions,
  ...tenantCorruptions,
  ...pastRunCorruptions,
  ...resumptionCorruptions,
  ...restoreCorruptions,
  ...historyCorruptions,
]
