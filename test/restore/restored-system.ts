import { withArchivedEvents } from '../../app/archive/archived-events.ts'
import { orderedConsumers } from '../../app/consumers/ordered-consumers.ts'
import { startSagasOf } from '../../app/consumers/start-sagas.ts'
import { noopObserver } from '../../app/observer.ts'
import { type Repaired, repairTables, resumeDelivery } from '../../app/restore/repair.ts'
import { type RestorePoint, restoredTables } from '../../app/restore/restored-tables.ts'
import type { DomainEvent } from '../../domain/event.ts'
import { addComment } from '../../functions/add-comment/add-comment.ts'
import { assignTicket } from '../../functions/assign-ticket/assign-ticket.ts'
import { changeStatus } from '../../functions/change-status/change-status.ts'
import { createUser } from '../../functions/create-user/create-user.ts'
import { followTicket } from '../../functions/follow-ticket/follow-ticket.ts'
import { putWebhook } from '../../functions/put-webhook/put-webhook.ts'
import { confirmEvents } from '../../functions/reconcile-consumers/confirm-events.ts'
import { reconcileSagas } from '../../functions/reconcile-sagas/reconcile-sagas.ts'
import { removeAttachment } from '../../functions/remove-attachment/remove-attachment.ts'
import { requestAttachment } from '../../functions/request-attachment/request-attachment.ts'
import { sweepCopies } from '../../functions/sweep-copies/sweep-copies.ts'
import { sweepUploads } from '../../functions/sweep-uploads/sweep-uploads.ts'
import { MemoryCallbacks } from '../../gateways/callbacks-memory.ts'
import { MemoryMailer } from '../../gateways/mailer-memory.ts'
import { MemoryObjectStore } from '../../gateways/object-store-memory.ts'
import { VersionedMemoryObjectStore } from '../../gateways/object-versions-memory.ts'
import { MemoryStateMachines } from '../../gateways/state-machines-memory.ts'
import { MemoryWebhooks } from '../../gateways/webhooks-memory.ts'
import { gatherEvidence } from '../../proof/check/evidence.ts'
import { storedObjects } from '../../proof/check/objects.ts'
import { checkInvariants, type Finding } from '../../proof/check/run-check.ts'
import { integerBetween, pick, randomFrom } from '../../proof/random.ts'
import { sagas } from '../../sagas/all.ts'
import { definitionVersion } from '../../sagas/version.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import { putRow } from '../../tables/restored-rows.ts'
import type { Store, TableName } from '../../tables/store.ts'
import { Api, admin, agent, customer, otherAgent, otherCustomer } from '../fixtures/api.ts'
import { allRows } from '../fixtures/dump.ts'
import { VirtualRuntime } from '../fixtures/virtual-runtime.ts'
import { closedDigests, digestAll, runUntilIdle } from '../proof/healthy-system.ts'
import { png, promiseOf } from '../sagas/attachment-fixture.ts'
import { RecordingStore } from './recording-store.ts'

/** A system whose tables are lost, after random work, and come back each from a moment of its own. */
export class RestoredSystem {
  readonly random: () => number
  readonly runtime = new VirtualRuntime()
  readonly past = new RecordingStore(this.runtime.now)
  readonly mailer = new MemoryMailer()
  readonly webhooks = new MemoryWebhooks()
  readonly machines = new MemoryStateMachines()
  readonly objects = new VersionedMemoryObjectStore(this.runtime.now)
  readonly digests = new MemoryObjectStore(this.runtime.now)
  readonly archives = new MemoryObjectStore(this.runtime.now)
  readonly api = new Api({ store: this.past, runtime: this.runtime })

  constructor(seed: number) {
    this.random = randomFrom(seed)
  }

  async work(rounds: number): Promise<void> {
    const { random } = this
    const api = this.api
    await api.call(admin, createUser, { body: { id: customer.id, role: 'customer', email: 'carla@example.com' } })
    await api.call(admin, createUser, { body: { id: agent.id, role: 'agent', email: 'agnes@bounce.example.com' } })
    for (const name of ['crm', 'gone'])
      await api.call(admin, putWebhook, {
        params: { name },
        body: { url: `https://${name}.example.com/in`, events: ['ticket.opened', 'ticket.comment_added'] },
      })
    const tickets: string[] = []
    for (let round = 0; round < rounds; round++) {
      this.runtime.advance(integerBetween(random, 0, pick(random, [9_000, 400_000])))
      if (tickets.length === 0 || random() < 0.3)
        tickets.push(await api.openTicket(pick(random, [customer, otherCustomer])))
      const params = { ticketId: pick(random, tickets) }
      const by = pick(random, [agent, otherAgent])
      const to = pick(random, ['in_progress', 'resolved', 'closed', 'open'])
      await pick(random, [
        () => api.call(by, addComment, { params, body: { body: 'On its way.' } }),
        () => api.call(by, assignTicket, { params, body: { userId: by.id } }),
        () => api.call(by, followTicket, { params: { ...params, userId: by.id } }),
        () => api.call(by, changeStatus, { params, body: { to, reason: `to ${to}` } }),
        () => api.call(by, requestAttachment, { params, body: promiseOf(png) }),
        () => this.#removeSomeFile(),
      ])()
      if (random() < 0.6) await this.#run(this.past)
    }
    await this.settle()
  }

  /** Delivers and confirms every event, and runs every saga to its end. */
  async settle(): Promise<void> {
    await this.#run(this.past)
    await digestAll(this.api, this.digests)
  }

  async #removeSomeFile(): Promise<void> {
    const files = (await allRows(this.past, 'Tickets')).filter(({ state }) => state === 'ready')
    if (files.length === 0) return
    const { ticketId, id } = pick(this.random, files)
    const params = { ticketId: String(ticketId), attachmentId: String(id) }
    await this.api.call(agent, removeAttachment, { params })
  }

  /** New tables: `Tickets` at a random point of the last part of the work, the others at random points behind it. */
  async restore({ spread }: { spread: number }): Promise<{ store: Store; point: RestorePoint }> {
    const { commits } = this.past
    const truth = integerBetween(this.random, Math.floor(commits.length / 3), commits.length - 1)
    const points = new Map<TableName, number>(
      restoredTables.map((table) => [table, truth + integerBetween(this.random, 0, spread)]),
    )
    points.set('Tickets', truth)
    return this.restoreTo((table) => points.get(table) ?? 0)
  }

  /** New tables, each as it was before the commit of this number. */
  async restoreTo(pointOf: (table: TableName) => number): Promise<{ store: Store; point: RestorePoint }> {
    const store = await this.past.restore(restoredTables, pointOf)
    const restoredTo = new Date(this.past.commits[pointOf('Tickets') - 1]?.atMs ?? 0).toISOString()
    return {
      store,
      // The damage began right then: how much is lost is not what these tests are about.
      point: {
        restoredTo,
        damagedFrom: restoredTo,
        lostFrom: new Date(this.runtime.now()).toISOString(),
        sentIds: this.sentIds(),
      },
    }
  }

  /** The ids of every mail and webhook message. */
  sentIds(): string[] {
    return [...this.mailer.sent, ...this.webhooks.sent].map(({ id }) => id)
  }

  async repair(store: Store, point: RestorePoint) {
    const { digests, objects, archives } = this
    return repairTables({ store, digests, objects, versions: objects.versions, archives }, point)
  }

  /** Puts restored tables into service, until nothing is left to do. */
  async resume(store: Store, repaired: Repaired): Promise<void> {
    const run = await resumeDelivery({ store, runtime: this.runtime }, repaired)
    for (let rounds = 0, live = 1; live > 0 && rounds < 20; rounds++) {
      await this.#run(store)
      this.runtime.advance(20_000)
      const reconciling = {
        store: withArchivedEvents(store, this.archives),
        runtime: this.runtime,
        machines: this.machines,
        callbacks: new MemoryCallbacks(),
        observer: noopObserver,
      }
      const startSagas = (event: DomainEvent, deadlineMs: number) =>
        startSagasOf({ ...reconciling, machineArns }, event, deadlineMs)
      const consumers = orderedConsumers(reconciling.store, this.runtime)
      await confirmEvents({ ...reconciling, digests: this.digests }, consumers, startSagas, this.runtime.now() + 60_000)
      await sweepUploads({ ...reconciling, objects: this.objects }, this.runtime.now() + 60_000)
      await sweepCopies({ ...reconciling, objects: this.objects }, this.runtime.now() + 60_000)
      await reconcileSagas({ ...reconciling, deployedMachine }, this.runtime.now() + 60_000)
      await this.#run(store)
      live = (await allRows(store, 'Sagas')).filter(({ livePk }) => livePk !== undefined).length
    }
    await run.end()
    await digestAll({ store, runtime: this.runtime }, this.digests)
  }

  async broken(store: Store): Promise<Finding[]> {
    const mails = this.mailer.sent.map(({ id, to }) => ({ steadfastId: id, to: [to] }))
    const digests = await closedDigests({ runtime: this.runtime }, this.digests)
    const objects = await storedObjects(this.objects)
    const evidence = await gatherEvidence(store, this.runtime.now(), [], mails, objects, digests, this.archives)
    return checkInvariants(evidence).filter(({ violations }) => violations.length > 0)
  }

  async #run(store: Store): Promise<void> {
    await runUntilIdle({ store, runtime: this.runtime }, this.objects, this.mailer, this.machines, this.webhooks)
  }
}

const machineArns = { notification: 'notification', webhook: 'webhook', attachment: 'attachment', removal: 'removal' }
const definitions = new Map(sagas.toReversed().map((saga) => [saga.name, definitionVersion(saga)]))
const deployedMachine = ({ name }: { name: string }) => ({ machineArn: name, definition: definitions.get(name) ?? '' })

/** The same rows in a store of their own. */
export async function copyOf(store: Store): Promise<MemoryStore> {
  const copy = new MemoryStore()
  for (const table of restoredTables)
    for (const row of await allRows(store, table)) await copy.write(putRow(table, row))
  return copy
}
