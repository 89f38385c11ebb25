import type { SQSEvent } from 'aws-lambda'
import { runtime, storeFromEnvironment } from '../../app/environment.ts'
import { withObserver } from '../../app/observer.ts'
import { sagaMachines } from '../../app/saga-machines.ts'
import { SfnCallbacks } from '../../gateways/callbacks-sfn.ts'
import { SfnStateMachines } from '../../gateways/state-machines-sfn.ts'
import { wakeSagas } from './wake-saga.ts'

const deps = {
  store: storeFromEnvironment(),
  runtime,
  machines: new SfnStateMachines(),
  callbacks: new SfnCallbacks(),
  deployedOf: sagaMachines(),
}

export const handler = withObserver((event: SQSEvent, observer) => wakeSagas({ ...deps, observer }, event))
