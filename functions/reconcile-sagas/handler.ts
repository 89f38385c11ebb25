import type { ScheduledEvent } from 'aws-lambda'
import { SfnCallbacks } from '../../gateways/callbacks-sfn.ts'
import { SfnStateMachines } from '../../gateways/state-machine-sfn.ts'
import { observed } from '../observer.ts'
import { store, world } from '../runtime.ts'
import { sagaMachines } from '../saga-machines.ts'
import { reconcileSagas } from './reconcile-sagas.ts'

const keeping = {
  store: store(),
  world,
  machines: new SfnStateMachines(),
  callbacks: new SfnCallbacks(),
  deployedOf: sagaMachines(),
}

export const handler = observed((_: ScheduledEvent, observer, untilMs) =>
  reconcileSagas({ ...keeping, observer }, untilMs),
)
