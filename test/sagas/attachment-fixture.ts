import { createHash } from 'node:crypto'
import { handleUpload } from '../../app/handle-upload.ts'
import { noopObserver, type Observer } from '../../app/observer.ts'
import type { ContentType } from '../../domain/attachment.ts'
import type { ScanVerdict } from '../../domain/scan-verdict.ts'
import { traceOf } from '../../domain/trace.ts'
import { changeStatus } from '../../functions/change-status/change-status.ts'
import { getAttachment } from '../../functions/get-attachment/get-attachment.ts'
import { handleScanVerdict } from '../../functions/record-scan/handle-scan-verdict.ts'
import { requestAttachment } from '../../functions/request-attachment/request-attachment.ts'
import { sweepCopies } from '../../functions/sweep-copies/sweep-copies.ts'
import { sweepUploads } from '../../functions/sweep-uploads/sweep-uploads.ts'
import { MemoryCallbacks } from '../../gateways/callbacks-memory.ts'
import type { ObjectStore } from '../../gateways/object-store.ts'
import { MemoryObjectStore } from '../../gateways/object-store-memory.ts'
import { EicarScanner } from '../../gateways/scanner-eicar.ts'
import { MemoryStateMachines } from '../../gateways/state-machines-memory.ts'
import { attachmentSaga } from '../../sagas/attachment/attachment.ts'
import { detectType } from '../../sagas/attachment/detect-type.ts'
import { quarantineKey } from '../../sagas/attachment/object-keys.ts'
import { attachmentSagaId } from '../../sagas/attachment/saga-id.ts'
import { compile } from '../../sagas/compile.ts'
import type { Shape } from '../../sagas/phases.ts'
import { taskRunner } from '../../sagas/run-task.ts'
import { startSaga } from '../../sagas/start-saga.ts'
import { AttachmentBytes, isAttachmentBytes, uploadCounterRow } from '../../tables/attachment-quota.ts'
import { attachmentRow } from '../../tables/attachments.ts'
import { readEvents } from '../../tables/events.ts'
import { readRow } from '../../tables/read-row.ts'
import { sagaRow } from '../../tables/sagas.ts'
import type { Store } from '../../tables/store.ts'
import { Api, type Call, customer } from '../fixtures/api.ts'
import { allRows } from '../fixtures/dump.ts'
import type { VirtualRuntime } from '../fixtures/virtual-runtime.ts'
import { type Driven, drive } from './drive-machine.ts'

/** A PNG of one pixel. */
export const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
)

export const eicar = Buffer.from(['X5O!P%@AP[4\\PZX54(P^)7CC)7}', '$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join(''))

export const uploadSeconds = 900

/** A caller's declaration of a file; true unless overridden. */
export function promiseOf(bytes: Uint8Array, contentType: ContentType = 'image/png') {
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return { fileName: 'photo.png', contentType, sizeBytes: bytes.length, sha256 }
}

/** One attachment from its request to its end, on in-memory stores and gateways. */
export class AttachmentCase {
  readonly api: Api
  readonly objects: MemoryObjectStore
  readonly callbacks = new MemoryCallbacks()
  readonly machines = new MemoryStateMachines()
  /** Gets what the sweeps publish. */
  observer: Observer = noopObserver
  readonly #shape: Shape
  readonly #definition: ReturnType<typeof attachmentSaga>
  /** The store that sagas run on instead of the API's, such as one that interleaves calls. */
  through: Store | undefined
  ticketId = ''
  id = ''
  sagaId = ''

  constructor({
    api = new Api(),
    shape = 'phases' as Shape,
    isScanned = false,
  }: { api?: Api; shape?: Shape; isScanned?: boolean } = {}) {
    this.api = api
    this.objects = new MemoryObjectStore(api.runtime.now)
    api.objects = this.objects
    this.#shape = shape
    this.#definition = attachmentSaga({ isScanned })
  }

  get runtime(): VirtualRuntime {
    return this.api.runtime
  }

  get store(): Store {
    return this.through ?? this.api.store
  }

  async request(
    promise: ReturnType<typeof promiseOf>,
    ticketId?: string,
    person = customer,
    headers: Call['headers'] = {},
  ): Promise<this> {
    this.ticketId = ticketId ?? (await this.api.openTicket(person))
    const call: Call = { params: { ticketId: this.ticketId }, body: promise, headers }
    const answer = await this.api.call(person, requestAttachment, call)
    if (answer.status !== 202) throw new Error(answer.text)
    this.id = answer.json.id
    this.sagaId = attachmentSagaId({ ticketId: this.ticketId, attachmentId: this.id })
    return this
  }

  get ref() {
    return { tenant: 'acme', ticketId: this.ticketId, id: this.id }
  }

  get key(): string {
    return quarantineKey(this.ref)
  }

  /** Runs from the event to the opened slot, or to the end when no slot is opened. */
  async start(): Promise<Driven> {
    await this.write(this.#definition)
    return this.execute(1)
  }

  /** Writes the saga's row and starts it. */
  async write(definition: ReturnType<typeof attachmentSaga>): Promise<void> {
    const { store, runtime, machines } = this
    const aggregate = { type: 'ticket', id: this.ticketId } as const
    const event = (await readEvents(store, 'acme', aggregate)).find(
      ({ type }) => type === 'ticket.attachment_requested',
    )
    if (!event) throw new Error('nothing was asked for')
    await startSaga({ store, runtime, machines }, definition, 'arn', {
      id: this.sagaId,
      tenant: 'acme',
      aggregate,
      eventId: event.id,
      ...traceOf(event),
      input: { ticketId: this.ticketId, attachmentId: this.id },
    })
  }

  /** One generation's execution, from its first state. */
  execute(generation: number): Promise<Driven> {
    const machine = compile(this.#definition, { functionArn: 'arn', shape: this.#shape })
    return drive(machine, { tenant: 'acme', sagaId: this.sagaId, generation }, (task) => this.task(task))
  }

  /** One invocation of the saga's function. */
  task(task: unknown, { store = this.store, objects = this.objects as ObjectStore } = {}): Promise<unknown> {
    const tools = {
      objects,
      scanner: new EicarScanner(),
      detectType,
      callbacks: this.callbacks,
      runtime: this.runtime,
      uploadSeconds,
    }
    return taskRunner(this.#definition, { store, runtime: this.runtime, tools })(task)
  }

  /** Uploads as a client does with the presigned URL. */
  put(bytes: Uint8Array): 'stored' | 'refused' {
    return this.objects.put(this.key, bytes)
  }

  /** Delivers the bucket's notification. */
  outcome() {
    return handleUpload(this, this.key)
  }

  /** Delivers a verdict of the scanner; on the stored bytes unless others are given. */
  async scanned(verdict: ScanVerdict, etag?: string) {
    const { etag: lies = '' } = (await this.objects.head(this.key)) ?? {}
    return this.scannedAs({ key: this.key, etag: etag ?? lies, verdict })
  }

  scannedAs(said: { key: string; etag: string; verdict: ScanVerdict }, store: Store = this.store) {
    return handleScanVerdict({ ...this.recording, store }, said, this.runtime.now() + 10_000)
  }

  /** What records verdicts. */
  get recording() {
    const { store, runtime, callbacks } = this
    return { store, runtime, callbacks }
  }

  /** The stored row, with its tokens and verdicts. */
  async storedRow() {
    const { table, key } = attachmentRow(this.ref)
    return (await this.store.get({ table, key })) ?? {}
  }

  sweepCopies() {
    return sweepCopies(this.#sweepDeps(), this.runtime.now() + 60_000)
  }

  sweep() {
    return sweepUploads(this.#sweepDeps(), this.runtime.now() + 60_000)
  }

  #sweepDeps() {
    const { store, runtime, objects, callbacks, observer } = this
    return { store, runtime, objects, callbacks, observer }
  }

  async get() {
    return (await this.read()).json as Record<string, unknown>
  }

  read(person = customer) {
    return this.api.call(person, getAttachment, { params: { ticketId: this.ticketId, attachmentId: this.id } })
  }

  close() {
    return this.changeTo('resolved').then(() => this.changeTo('closed'))
  }

  async changeTo(to: string) {
    const agent = { tenant: 'acme', id: 'agnes', role: 'agent' } as const
    const body = { to, reason: 'Because.' }
    const { status, text } = await this.api.call(agent, changeStatus, { params: { ticketId: this.ticketId }, body })
    if (status !== 200) throw new Error(text)
  }

  async saga() {
    const saga = await readRow(this.store, sagaRow('acme', this.sagaId))
    if (!saga) throw new Error('the saga has no row')
    return saga
  }

  async reservedBytes(): Promise<number> {
    const counters = (await allRows(this.store, 'Quotas')).filter(isAttachmentBytes)
    return counters.reduce((total, row) => total + AttachmentBytes.parse(row).usedBytes, 0)
  }

  /** What the person who asked holds of the quota. */
  async heldBy(userId = customer.id) {
    return readRow(this.store, uploadCounterRow('acme', userId))
  }

  async eventTypes(): Promise<string[]> {
    const events = await readEvents(this.store, 'acme', { type: 'ticket', id: this.ticketId })
    return events.map(({ type }) => type)
  }
}
