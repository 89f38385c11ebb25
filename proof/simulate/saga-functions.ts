import type { Observer } from '../../app/observer.ts'
import { runSagaTask } from '../../app/run-saga-task.ts'
import type { Runtime } from '../../domain/runtime.ts'
import { runWebhookStep } from '../../functions/run-webhook-step/run-webhook-step.ts'
import { MemoryMailer } from '../../gateways/mailer-memory.ts'
import { EicarScanner } from '../../gateways/scanner-eicar.ts'
import { MemoryWebhooks } from '../../gateways/webhooks-memory.ts'
import { attachmentStepTimeoutSeconds, sagaStepTimeoutSeconds } from '../../infra/limits.ts'
import { deployedSagas } from '../../sagas/all.ts'
import type { StateMachine } from '../../sagas/asl.ts'
import { attachmentSaga, uploadSecondsDefault } from '../../sagas/attachment/attachment.ts'
import { detectType } from '../../sagas/attachment/detect-type.ts'
import { compile } from '../../sagas/compile.ts'
import { notification } from '../../sagas/notification/notification.ts'
import { removal } from '../../sagas/removal/removal.ts'
import { closed, held, superseded } from '../../sagas/step-errors.ts'
import type { Store } from '../../tables/store.ts'
import type { Bucket } from './bucket.ts'
import { deadlineOf } from './delivery.ts'
import type { Executions } from './executions.ts'
import type { Process } from './process.ts'
import type { Safety } from './safety.ts'
import { simulatedCallbacks, simulatedMailer, simulatedWebhooks } from './simulated-gateways.ts'
import { simulatedObjects } from './simulated-objects.ts'
import type { Simulation } from './simulation.ts'

/** The machine of each saga; they are called as their sagas. */
export const machineArns = {
  notification: 'notification',
  webhook: 'webhook',
  attachment: 'attachment',
  removal: 'removal',
}
type MachineArn = keyof typeof machineArns

const compiled = (forms: { isScanned: boolean }): ReadonlyMap<string, StateMachine> =>
  new Map(deployedSagas(forms).map((saga) => [saga.name, compile(saga, { functionArn: `run-${saga.name}-step` })]))

const machinesWithoutScan = compiled({ isScanned: false })
const machinesWithScan = compiled({ isScanned: true })

/** The state machines of a deployment, by their names. */
export function machinesOf({ isScanned }: { isScanned: boolean }): ReadonlyMap<string, StateMachine> {
  return isScanned ? machinesWithScan : machinesWithoutScan
}

export interface SagaFunctionsDeps {
  simulation: Simulation
  safety: Safety
  bucket: Bucket
  isScanned: boolean
  executionsOf: () => Executions
  depsOf: (process: Process) => { store: Store; runtime: Runtime; observer: Observer }
}

/** The functions that state machines invoke, with what they reach outside. */
export class SagaFunctions {
  readonly mailer = new MemoryMailer()
  readonly #webhooks = new MemoryWebhooks()
  readonly #deps: SagaFunctionsDeps

  constructor(deps: SagaFunctionsDeps) {
    this.#deps = deps
  }

  /** Runs one task. Throws the error that Step Functions sees. */
  async run(machineArn: string, name: string, payload: Record<string, unknown>): Promise<unknown> {
    const timeoutSeconds = machineArn === 'attachment' ? attachmentStepTimeoutSeconds : sagaStepTimeoutSeconds
    this.#throwIfUndosFail(payload)
    const result = await this.#deps.simulation.run(
      name,
      (process) => this.#perform(machineArn as MachineArn, process, payload, deadlineOf(process, timeoutSeconds)),
      { timeoutMs: timeoutSeconds * 1_000 },
    )
    if (result.status === 'returned') return result.value
    if (result.status === 'threw') {
      this.#countError(result.error, payload)
      throw result.error
    }
    throw exited()
  }

  /** The task that resolves the pivot undoes what it can as well. */
  #throwIfUndosFail({ undo }: Record<string, unknown>): void {
    const { outages, coverage } = this.#deps.simulation
    if (undo === undefined || !outages.hasOutage(['undos'])) return
    coverage.count('outage')
    throw exited()
  }

  #perform(machineArn: MachineArn, process: Process, payload: Record<string, unknown>, deadlineMs: number) {
    const { depsOf, bucket, isScanned, executionsOf, safety, simulation } = this.#deps
    const { runtime } = process
    const beganMs = simulation.scheduler.nowMs
    const called = (dependency: string) => safety.holds.called(String(payload.tenant), dependency, beganMs)
    const deps = depsOf(process)
    switch (machineArn) {
      case 'notification': {
        const tools = { mailer: this.#mailerOf(process, called), mailFrom: 'desk@example.com', runtime }
        return runSagaTask(notification, { ...deps, tools }, payload, deadlineMs)
      }
      case 'webhook': {
        const tools = { webhooks: this.#webhooksOf(process, String(payload.tenant), called), runtime }
        return runWebhookStep({ ...deps, tools }, payload, deadlineMs)
      }
      case 'attachment': {
        const tools = {
          objects: simulatedObjects(process, bucket),
          scanner: new EicarScanner(),
          detectType,
          callbacks: simulatedCallbacks(process, executionsOf()),
          runtime,
          uploadSeconds: uploadSecondsDefault,
        }
        return runSagaTask(attachmentSaga({ isScanned }), { ...deps, tools }, payload, deadlineMs)
      }
      case 'removal': {
        const tools = { objects: simulatedObjects(process, bucket), runtime }
        return runSagaTask(removal, { ...deps, tools }, payload, deadlineMs)
      }
      default:
        return machineArn satisfies never
    }
  }

  #mailerOf(process: Process, called: (dependency: string) => void) {
    return simulatedMailer(process, {
      send: async (mail) => {
        called('mail')
        const outcome = await this.mailer.send(mail)
        if (outcome.status === 'accepted') this.#deps.safety.sent(mail)
        return outcome
      },
    })
  }

  #webhooksOf(process: Process, tenant: string, called: (dependency: string) => void) {
    const { safety, simulation } = this.#deps
    return simulatedWebhooks(process, {
      send: async (message) => {
        called(`webhook:${endpointOf(message.url)}`)
        const outcome = await this.#webhooks.send(message)
        if (outcome.status === 'accepted' && safety.webhooks.received(tenant, message))
          simulation.coverage.count('an endpoint received a message again')
        return outcome
      },
    })
  }

  #countError({ name, message }: Error, payload: Record<string, unknown>): void {
    const { coverage } = this.#deps.simulation
    if (name === held) this.#deps.safety.holds.met(message)
    if (name === closed) coverage.count('a do met a fence that an undo had closed')
    if (name === superseded) coverage.count('a task of an earlier execution was refused')
    if (payload.action !== 'do' && name.endsWith('.failed')) coverage.count('an undo was retried')
  }
}

function exited(): Error {
  return Object.assign(new Error('the function exited'), { name: 'Lambda.Unknown' })
}

/** The host of an endpoint begins with the name of its webhook. */
function endpointOf(url: string): string | undefined {
  return new URL(url).hostname.split('.')[0]
}
