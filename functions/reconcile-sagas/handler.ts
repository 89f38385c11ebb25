import type { ScheduledEvent } from 'aws-lambda'
import { runtime, storeFromEnvironment } from '../../app/environment.ts'
import { withObserver } from '../../app/observer.ts'
import { sagaMachines } from '../../app/saga-machines.ts'
import { SfnCallbacks } from '../../gateways/callbacks-sfn.ts'
import { SfnStateMachines } from '../../gateways/state-machines-sfn.ts'
import { reconcileSagas } from './reconcile-sagas.ts'

const deps = {
  store: storeFromEnvironment(),
  runtime,
  machines: new SfnStateMachines(),
  callbacks: new SfnCallbacks(),
  deployedOf: sagaMachines(),
}

export const handler = withObserver((_: ScheduledEvent, observer, deadlineMs) =>
  reconcileSagas({ ...deps, observer }, deadlineMs),
)
