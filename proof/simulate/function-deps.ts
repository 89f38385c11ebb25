import { type Consumer, PoisonEventError } from '../../app/consume/consumer.ts'
import type { StartSagasDeps } from '../../app/consumers/start-sagas.ts'
import type { UploadDeps } from '../../app/handle-upload.ts'
import type { Observer } from '../../app/observer.ts'
import type { RelayDeps } from '../../app/publish/publisher.ts'
import { machineFinder, type SagaRecoveryDeps } from '../../app/saga-recovery.ts'
import type { Runtime } from '../../domain/runtime.ts'
import type { Queue } from '../../gateways/queue.ts'
import type { Store } from '../../tables/store.ts'
import type { Bucket } from './bucket.ts'
import { labelOf } from './delivery.ts'
import type { Executions } from './executions.ts'
import type { Process } from './process.ts'
import { machineArns } from './saga-functions.ts'
import { simulatedCallbacks, simulatedMachines, simulatedQueue } from './simulated-gateways.ts'
import { simulatedObjects } from './simulated-objects.ts'
import type { Simulation } from './simulation.ts'
import { queueUrls } from './subscribers.ts'

export interface FunctionDepsOptions {
  simulation: Simulation
  bucket: Bucket
  queue: Queue
  isScanned: boolean
  storeOf: (process: Process) => Store
  executionsOf: () => Executions
  /** Hears of each event that a queue accepts and loses. */
  onLost: (subscriber: string, eventId: string) => void
}

/** What functions depend on, as one process has it: each of its calls goes through the process and can fail. */
export class FunctionDeps {
  readonly #options: FunctionDepsOptions

  constructor(options: FunctionDepsOptions) {
    this.#options = options
  }

  common(process: Process): { store: Store; runtime: Runtime; observer: Observer } {
    const { storeOf, simulation } = this.#options
    return { store: storeOf(process), runtime: process.runtime, observer: simulation.coverage.observer }
  }

  relay(process: Process): RelayDeps {
    const queue = simulatedQueue(process, this.#options.queue, this.#options.onLost)
    return { ...this.common(process), queue, subscribers: queueUrls }
  }

  startSagas(process: Process): StartSagasDeps {
    const machines = simulatedMachines(process, this.#options.executionsOf())
    return { ...this.common(process), machines, machineArns, isScanned: this.#options.isScanned }
  }

  recovery(process: Process): SagaRecoveryDeps & { observer: Observer } {
    const executions = this.#options.executionsOf()
    return {
      ...this.common(process),
      machines: simulatedMachines(process, executions),
      callbacks: simulatedCallbacks(process, executions),
      deployedMachine: machineFinder(machineArns, { isScanned: this.#options.isScanned }),
    }
  }

  upload(process: Process): UploadDeps & { observer: Observer } {
    return {
      ...this.common(process),
      objects: simulatedObjects(process, this.#options.bucket),
      callbacks: simulatedCallbacks(process, this.#options.executionsOf()),
    }
  }

  /** The consumer as one process has it: with events that it can't apply, while another may, as when a faulty version is rolled out. */
  poisoned(consumer: Consumer, process: Process): Consumer {
    const { faults, coverage } = this.#options.simulation
    return {
      name: consumer.name,
      handle: async (event, options) => {
        if (faults.at(`${process.name}, ${labelOf(event)}`, ['poison'])) {
          coverage.count('poison')
          throw new PoisonEventError('the simulation wants it so')
        }
        return consumer.handle(event, options)
      },
    }
  }
}
