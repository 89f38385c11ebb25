import { whileBudgetIsUsedUp } from '../notification/budget.ts'
import { saga } from '../saga.ts'
import { keepPayment, payForFirstAttempt } from './attempt-budget.ts'
import { deliver, whileEndpointIsDown } from './deliver.ts'
import { record } from './record.ts'
import { WebhookNotice } from './webhook-notice.ts'

/** Notifies one endpoint of one event. A refusal compensates; an endpoint that stays down is given up, and the saga says so. */
export const webhook = saga('webhook', WebhookNotice)
  .compensatable('budget', { do: payForFirstAttempt, undo: keepPayment, retry: whileBudgetIsUsedUp })
  .pivot('deliver', {
    do: deliver,
    dependency: ({ endpoint }) => `webhook:${endpoint}`,
    timeoutSeconds: 15,
    retry: whileEndpointIsDown,
  })
  .retriable('record', { do: record })
