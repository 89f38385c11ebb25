import { removeAttachment } from '../../functions/remove-attachment/remove-attachment.ts'
import { cleanKey } from '../../sagas/attachment/object-keys.ts'
import { compile } from '../../sagas/compile.ts'
import type { Shape } from '../../sagas/phases.ts'
import { removal } from '../../sagas/removal/removal.ts'
import { removalOfSaga, removalSagaId } from '../../sagas/removal/saga-id.ts'
import { taskRunner } from '../../sagas/run-task.ts'
import { startSaga } from '../../sagas/start-saga.ts'
import { readEvents } from '../../tables/events.ts'
import { readRow } from '../../tables/read-row.ts'
import { sagaRow } from '../../tables/sagas.ts'
import { stepRow } from '../../tables/step-keys.ts'
import { Api, agent, customer } from '../fixtures/api.ts'
import type { Person } from '../fixtures/tokens.ts'
import { AttachmentCase, png, promiseOf } from './attachment-fixture.ts'
import { type Driven, drive } from './drive-machine.ts'
import { Calls, type FaultPlan, FaultyStore, Invocation } from './faults.ts'

/** One removal of a ready file, from its request to its end, with the faults of a plan. */
export class RemovalCase {
  readonly file: AttachmentCase
  readonly calls: Calls
  readonly #shape: Shape
  sagaId = ''

  constructor(file: AttachmentCase, { shape = 'phases', plan }: { shape?: Shape; plan?: FaultPlan } = {}) {
    this.file = file
    this.#shape = shape
    this.calls = new Calls(plan)
  }

  /** A ready file of carla's. */
  static async ready(options: { shape?: Shape; plan?: FaultPlan } = {}): Promise<RemovalCase> {
    return new RemovalCase(await readyFile(new Api()), options)
  }

  get key(): string {
    return cleanKey(this.file.ref)
  }

  request(person: Person = customer, key?: string) {
    const { ticketId, id } = this.file
    const params = { ticketId, attachmentId: id }
    return this.file.api.call(person, removeAttachment, { params, ...(key !== undefined && { key }) })
  }

  /** Requests the removal, and starts its saga as start-saga does. */
  async begin(person: Person = customer): Promise<this> {
    const { status, text, json } = await this.request(person)
    if (status !== 202) throw new Error(text)
    return this.start(String(json.sagaId))
  }

  /** Starts the saga of the removal that the system requested. */
  async beginTakingBack(): Promise<this> {
    const { json } = await this.file.read(agent)
    return this.start(String(json.sagaId))
  }

  async start(sagaId: string): Promise<this> {
    this.sagaId = sagaId
    const { store, runtime, machines, ticketId, id: attachmentId } = this.file
    const aggregate = { type: 'ticket', id: ticketId } as const
    const seq = removalOfSaga(this.sagaId)?.seq ?? 0
    const event = (await readEvents(store, 'acme', aggregate)).at(seq - 1)
    const input = { ticketId, attachmentId, seq }
    if (!event || removalSagaId(input) !== this.sagaId) throw new Error('the removal was not requested by an event')
    const { id: eventId, correlationId } = event
    const start = {
      id: this.sagaId,
      tenant: 'acme',
      aggregate,
      eventId,
      correlationId,
      requestedBy: event.actor,
      input,
    }
    await startSaga({ store, runtime, machines }, removal, 'arn', start)
    return this
  }

  run(generation = 1): Promise<Driven> {
    const machine = compile(removal, { functionArn: 'arn', shape: this.#shape })
    return drive(machine, { tenant: 'acme', sagaId: this.sagaId, generation }, (task) => this.task(task))
  }

  task(task: unknown): Promise<unknown> {
    const { store, runtime, objects } = this.file
    const invocation = new Invocation(this.calls)
    const deleteObject = (key: string) => invocation.make('object', `delete ${key}`, () => objects.delete(key))
    const tools = { runtime, objects: { delete: deleteObject } }
    const runner = taskRunner(removal, { store: new FaultyStore(store, invocation), runtime, tools })
    return Promise.race([runner(task), invocation.end])
  }

  async lateCallsLand(): Promise<void> {
    this.calls.release()
    for (let turn = 0; turn < 200; turn++) await Promise.resolve()
  }

  async saga() {
    const saga = await readRow(this.file.store, sagaRow('acme', this.sagaId))
    if (!saga) throw new Error('the saga has no row')
    return saga
  }

  async fences(): Promise<Record<string, string>> {
    const states = removal.steps.map(async ({ name: step }) => {
      const fence = await readRow(this.file.store, stepRow({ tenant: 'acme', sagaId: this.sagaId, step }))
      return [step, fence?.state ?? 'absent'] as const
    })
    return Object.fromEntries(await Promise.all(states))
  }

  /** Everything that a removal changes, or leaves as it was. */
  async outcome() {
    const { state } = await this.file.get()
    const eventTypes = await this.file.eventTypes()
    return {
      state,
      objects: this.file.objects.keys(),
      tenantBytes: await this.file.reservedBytes(),
      held: await this.file.heldBy(),
      removedEvents: eventTypes.filter((type) => type === 'ticket.attachment_removed').length,
    }
  }
}

/** A file that carla has uploaded and that was published. */
export async function readyFile(api: Api, ticketId?: string): Promise<AttachmentCase> {
  const file = await new AttachmentCase({ api }).request(promiseOf(png), ticketId)
  const waiting = await file.start()
  file.put(png)
  await file.outcome()
  await waiting.resume()
  return file
}
