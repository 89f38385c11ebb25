import type { ScheduledEvent } from 'aws-lambda'
import { backgroundHandler } from '../../app/background-handler.ts'
import { sagaRecoveryDeps } from '../../app/saga-recovery.ts'
import { reconcileSagas } from './reconcile-sagas.ts'

const deps = sagaRecoveryDeps()

export const handler = backgroundHandler((_: ScheduledEvent, observer, deadlineMs) =>
  reconcileSagas({ ...deps, observer }, deadlineMs),
)
