import { createHash } from 'node:crypto'
import type { S3Event } from 'aws-lambda'
import type { UploadDeps } from '../../app/handle-upload.ts'
import type { Observer } from '../../app/observer.ts'
import { recordScan } from '../../functions/record-scan/record-scan.ts'
import { recordUploads } from '../../functions/record-upload/record-upload.ts'
import { recordScanTimeoutSeconds, recordUploadTimeoutSeconds } from '../../infra/limits.ts'
import { attachmentOfKey } from '../../sagas/attachment/object-keys.ts'
import { invokeAsynchronously } from './asynchronous-invocation.ts'
import type { FaultKind } from './faults.ts'
import { files, sha256Of } from './files.ts'
import type { Process } from './process.ts'
import type { Simulation } from './simulation.ts'

export interface UploadEventsDeps {
  simulation: Simulation
  uploadDepsOf: (process: Process) => UploadDeps & { observer: Observer }
  /** Whether a service scans uploads for malware. */
  isScanned: boolean
}

/** What was uploaded, and whether malware is in it. */
interface UploadedFile {
  key: string
  etag: string
  isInfected: boolean
}

/** How long S3 takes to announce an object, and the scanner to scan it, in milliseconds. */
const announcedWithinMs = 1_000
const scannedWithinMs = 30_000
/** Longer than the saga waits for a verdict. */
const lateVerdictMs = 45 * 60_000
/** Often before its saga has ended. */
const secondVerdictWithinMs = [500, 5_000, 5 * 60_000]

/** How much likelier a fault is than at a call: there are few uploads in a run. */
const rareTimes = 5

/**
 * Announces uploads: S3 at least once, mostly, and in no order; the malware scanner with its verdict. Nothing but the sweeper makes up for
 * an event that S3 loses, and an operator for a verdict that could not be recorded.
 */
export class UploadEvents {
  readonly #deps: UploadEventsDeps
  #deadLetters: (() => Promise<void>)[] = []

  constructor(deps: UploadEventsDeps) {
    this.#deps = deps
  }

  /** Verdicts that could not be recorded. */
  get deadLetters(): number {
    return this.#deadLetters.length
  }

  /** Hears of an object that a client has put into the bucket. */
  uploaded(key: string, bytes: Uint8Array): void {
    const { simulation, isScanned } = this.#deps
    const subject = `upload of ${labelOfKey(key)}`
    const draws = simulation.draws.of(subject)
    const fault = this.#fault(subject, ['upload not announced', 'upload announced twice'])
    const times = announcements(fault)
    for (let time = 1; time <= times; time++)
      this.#after(draws.number(time) * announcedWithinMs, () => this.#recordUpload(`${subject}, event ${time}`, key))
    if (!isScanned) return
    // Of an object that was put in one piece, the ETag is the MD5.
    const etag = `"${createHash('md5').update(bytes).digest('hex')}"`
    this.#scan(subject, { key, etag, isInfected: sha256Of(bytes) === files.infected.declared.sha256 })
  }

  /** Delivers the dead letters again, as an operator does. Returns how many there were. */
  redrive(): number {
    const letters = this.#deadLetters
    this.#deadLetters = []
    for (const deliver of letters) this.#deps.simulation.start(deliver)
    return letters.length
  }

  #scan(subject: string, { key, etag, isInfected }: UploadedFile): void {
    const draws = this.#deps.simulation.draws.of(`${subject}, scan`)
    const isUnsupported = draws.number(0) < 0.05
    const found = isInfected ? 'THREATS_FOUND' : 'NO_THREATS_FOUND'
    const status = isUnsupported ? 'UNSUPPORTED' : found
    const fault = this.#fault(`scan of the ${subject}`, ['verdict repeated', 'verdict late', 'malware found later'])
    const verdict = (number: number, delayMs: number, result: string) =>
      this.#after(delayMs, () => this.#recordScan(`${subject}, verdict ${number}`, scanResult(key, etag, result)))
    const delayMs = draws.number(1) * scannedWithinMs
    verdict(1, fault === 'verdict late' ? lateVerdictMs : delayMs, status)
    if (fault === 'verdict repeated') verdict(2, delayMs + draws.number(2) * scannedWithinMs, status)
    if (fault === 'malware found later')
      verdict(2, delayMs + draws.number(2) * draws.pick(secondVerdictWithinMs, 3), 'THREATS_FOUND')
  }

  #fault(point: string, kinds: readonly FaultKind[]): FaultKind | undefined {
    const { faults, coverage, trace } = this.#deps.simulation
    const fault = faults.at(point, kinds, (ofSeed) => rareTimes * ofSeed)
    if (fault) coverage.count(fault)
    trace.note(point, 'is announced', fault)
    return fault
  }

  #after(delayMs: number, happen: () => Promise<void>): void {
    const { simulation } = this.#deps
    simulation.start(async () => {
      await simulation.scheduler.sleep(delayMs)
      await happen()
    })
  }

  async #recordUpload(name: string, key: string): Promise<void> {
    const { simulation, uploadDepsOf } = this.#deps
    const event = { Records: [{ s3: { object: { key } } }] } as S3Event
    await invokeAsynchronously(simulation, name, recordUploadTimeoutSeconds, (process, deadlineMs) =>
      recordUploads(uploadDepsOf(process), event, deadlineMs),
    )
  }

  async #recordScan(name: string, event: unknown): Promise<void> {
    const { simulation, uploadDepsOf } = this.#deps
    const isRecorded = await invokeAsynchronously(simulation, name, recordScanTimeoutSeconds, (process, deadlineMs) =>
      recordScan(uploadDepsOf(process), event, deadlineMs),
    )
    if (!isRecorded) this.#deadLetters.push(() => this.#recordScan(name, event))
  }
}

/** How often S3 announces an upload. */
function announcements(fault: FaultKind | undefined): number {
  if (fault === 'upload not announced') return 0
  return fault === 'upload announced twice' ? 2 : 1
}

/** The event that GuardDuty sends. */
function scanResult(objectKey: string, eTag: string, scanResultStatus: string) {
  return {
    source: 'aws.guardduty',
    'detail-type': 'GuardDuty Malware Protection Object Scan Result',
    detail: {
      resourceType: 'S3_OBJECT',
      s3ObjectDetails: { objectKey, eTag },
      scanResultDetails: {
        scanResultStatus,
        threats: scanResultStatus === 'THREATS_FOUND' ? [{ name: 'EICAR-Test-File' }] : null,
      },
    },
  }
}

/** Such as `attachment 1a2b3c4d`. */
export function labelOfKey(key: string): string {
  return `attachment ${attachmentOfKey(key)?.id.slice(0, 8) ?? key}`
}
