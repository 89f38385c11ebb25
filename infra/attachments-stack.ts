import type { Bucket } from 'aws-cdk-lib/aws-s3'
import { Duration, Stack } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'
import { sagaFunctions, scanFunctions, uploadFunctions } from '../app/functions.ts'
import {
  attachment,
  attachmentSaga,
  scanSecondsDefault,
  uploadSecondsDefault,
  waitSecondsFor,
} from '../sagas/attachment/attachment.ts'
import { compile } from '../sagas/compile.ts'
import { alarm, ownMetric } from './constructs/alarm.ts'
import { attachmentsBucket, attachmentsBucketName, objectStatements } from './constructs/attachments-bucket.ts'
import { allow, lambda, pinnedVersion } from './constructs/function.ts'
import { malwareScan } from './constructs/malware-scan.ts'
import { outputs } from './constructs/outputs.ts'
import { deadLetters } from './constructs/queue.ts'
import { sagaMachine } from './constructs/saga-machine.ts'
import { everyMinutes } from './constructs/schedule.ts'
import { arnOf, nameOf, type Site, type Tables } from './constructs/site.ts'
import * as limits from './limits.ts'
import { scanEnvironment } from './stages.ts'

/** How files come in: the bucket, who hears of uploads and of what a scan found, who looks for those nobody heard of, and the saga. */
export class AttachmentsStack extends Stack {
  readonly machineArn: string
  readonly #site: Site
  readonly #tables: Tables

  constructor(scope: Construct, site: Site, tables: Tables) {
    super(scope, 'Attachments', {
      stackName: nameOf(site, 'attachments'),
      description: 'Steadfast: attachments',
      terminationProtection: site.stage.isDeletionProtected,
    })
    this.#site = site
    this.#tables = tables
    const onUpload = lambda(this, 'record-upload', site, tables, {
      access: uploadFunctions['record-upload'].access,
      timeoutSeconds: limits.recordUploadTimeoutSeconds,
      environment: this.#environment(),
      statements: [...objectStatements(this, site, { quarantine: ['DeleteObject'] }), this.#callback()],
    })
    const bucket = attachmentsBucket(this, site, onUpload)
    this.machineArn = this.#saga()
    this.#sweeper()
    this.#copySweeper()
    if (site.stage.malwareScan) this.#scan(bucket)
    outputs(this, { AttachmentsBucket: bucket.bucketName, RecordUploadFunction: onUpload.functionName })
  }

  #saga(): string {
    const uploadSeconds = this.#secondsOf('uploadSeconds', uploadSecondsDefault, limits.uploadSecondsMax)
    const scanSeconds = this.#secondsOf('scanSeconds', scanSecondsDefault, limits.scanSecondsMax)
    const saga = attachmentSaga({ isScanned: this.#site.stage.malwareScan !== undefined })
    const step = lambda(this, 'run-attachment-step', this.#site, this.#tables, {
      access: sagaFunctions['run-attachment-step'].access,
      timeoutSeconds: limits.attachmentStepTimeoutSeconds,
      environment: {
        ...this.#environment(),
        UPLOAD_SECONDS: String(uploadSeconds),
        ...scanEnvironment(this.#site.stage),
      },
      statements: [
        ...objectStatements(this, this.#site, {
          quarantine: ['GetObject', 'DeleteObject'],
          clean: ['GetObject', 'PutObject', 'DeleteObject'],
          lists: true,
        }),
        this.#callback(),
      ],
    })
    const machine = sagaMachine(this, saga.name, this.#site, {
      definition: compile(saga, {
        functionArn: pinnedVersion(step).functionArn,
        waitSeconds: { upload: waitSecondsFor(uploadSeconds), scan: scanSeconds },
      }),
      fn: step,
      failed:
        'An attachment saga stopped half way: a file that someone uploaded is neither on its ticket nor rejected.',
    })
    alarm(this, 'AttachmentParked', this.#site, {
      metric: ownMetric('SagasParked', step, 'Sum'),
      threshold: 1,
      meaning: 'The taking in of a file has come to a halt half way: it waits until an operator resumes the saga.',
    })
    outputs(this, { AttachmentMachineArn: machine.attrArn, RunAttachmentStepFunction: step.functionName })
    return machine.attrArn
  }

  #sweeper(): void {
    const fn = lambda(this, 'sweep-uploads', this.#site, this.#tables, {
      access: uploadFunctions['sweep-uploads'].access,
      timeoutSeconds: limits.sweepTimeoutSeconds,
      environment: this.#environment(),
      statements: [
        ...objectStatements(this, this.#site, { quarantine: ['DeleteObject'], lists: true }),
        this.#callback(),
      ],
    })
    everyMinutes(this, 'sweep-uploads', this.#site, 1, fn)
    alarm(this, 'UploadSweepFails', this.#site, {
      metric: fn.metricErrors({ statistic: 'Sum', period: Duration.minutes(1) }),
      threshold: 1,
      periods: 3,
      meaning:
        'An upload whose notification was lost is taken in only when its time is up, up to a quarter of an hour late.',
    })
    alarm(this, 'UploadsNotSwept', this.#site, {
      metric: ownMetric('UploadsNotSwept', fn, 'Maximum'),
      threshold: 1,
      periods: 5,
      meaning:
        'Something lies in quarantine that nothing can deal with: an upload that stays unanswered, or a stray object.',
    })
    if (this.#site.stage.malwareScan)
      alarm(this, 'UploadsLate', this.#site, {
        metric: ownMetric('UploadsLate', fn, 'Maximum'),
        threshold: 1,
        periods: 3,
        meaning:
          'Files of users wait for a verdict that does not come, and are rejected in the end: see the scan plan.',
      })
    outputs(this, { SweepUploadsFunction: fn.functionName })
  }

  #copySweeper(): void {
    const fn = lambda(this, 'sweep-copies', this.#site, this.#tables, {
      access: uploadFunctions['sweep-copies'].access,
      timeoutSeconds: limits.copySweepTimeoutSeconds,
      environment: this.#environment(),
      statements: objectStatements(this, this.#site, { clean: ['DeleteObject'], lists: true }),
    })
    everyMinutes(this, 'sweep-copies', this.#site, limits.copySweepMinutes, fn)
    const period = Duration.minutes(limits.copySweepMinutes)
    alarm(this, 'CopySweepFails', this.#site, {
      metric: fn.metricErrors({ statistic: 'Sum', period }),
      threshold: 1,
      periods: 3,
      meaning: 'A file that was rejected may still be stored, where nobody can download it, and is paid for.',
    })
    alarm(this, 'CopiesNotSwept', this.#site, {
      metric: ownMetric('CopiesNotSwept', fn, 'Maximum').with({ period }),
      threshold: 1,
      periods: 3,
      meaning:
        'Something lies among the files of tickets that belongs to none of them, or there are too many to look at.',
    })
    outputs(this, { SweepCopiesFunction: fn.functionName })
  }

  /** A verdict is told once: what could not be recorded of it is kept, and what it would mean is decided by the time that is up. */
  #scan(bucket: Bucket): void {
    const deadLetterQueue = deadLetters(this, 'record-scan', this.#site, {
      meaning: 'A file that was scanned is rejected when its time is up: its verdict waits among the dead letters.',
      isFifo: false,
    })
    const fn = lambda(this, 'record-scan', this.#site, this.#tables, {
      access: scanFunctions['record-scan'].access,
      timeoutSeconds: limits.recordScanTimeoutSeconds,
      statements: [this.#callback(), allow(['sqs:SendMessage'], [deadLetterQueue.queueArn])],
    })
    malwareScan(this, this.#site, { bucket, fn, deadLetterQueue })
    alarm(this, 'UploadsNotScanned', this.#site, {
      metric: ownMetric('UploadsNotScanned', fn, 'Sum'),
      threshold: 1,
      meaning: 'Files of users are rejected because the malware scan can not look at them: see its plan and its role.',
    })
    alarm(this, 'InfectedAfterClean', this.#site, {
      metric: ownMetric('InfectedAfterClean', fn, 'Sum'),
      threshold: 1,
      meaning: 'Malware was found in a file that was called clean before: users may have downloaded it by now.',
    })
    outputs(this, { RecordScanFunction: fn.functionName, RecordScanDlqUrl: deadLetterQueue.queueUrl })
  }

  #environment(): Record<string, string> {
    return { ATTACHMENTS_BUCKET: attachmentsBucketName(this, this.#site) }
  }

  /** By name: the machine calls the very function that may wake it. */
  #callback() {
    const machine = arnOf(this, 'states', `stateMachine:${nameOf(this.#site, attachment.name)}`)
    return allow(['states:SendTaskSuccess'], [machine])
  }

  #secondsOf(context: string, usual: number, max: number): number {
    const seconds = Number(this.node.tryGetContext(context) ?? usual)
    if (!Number.isInteger(seconds) || seconds < 1 || seconds > max)
      throw new Error(`${context} must be a whole number from 1 to ${max}`)
    return seconds
  }
}
