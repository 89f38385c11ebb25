import type { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { Bucket } from 'aws-cdk-lib/aws-s3'
import { Stack } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'
import { sagaFunctions, scanFunctions, uploadFunctions } from '../app/functions.ts'
import {
  attachmentSaga,
  scanSecondsDefault,
  uploadSecondsDefault,
  uploadSecondsMax,
  waitSecondsFor,
} from '../sagas/attachment/attachment.ts'
import { compile } from '../sagas/compile.ts'
import { removal } from '../sagas/removal/removal.ts'
import { alarmMeanings } from './alarm-meanings.ts'
import { alarm, customMetric } from './constructs/alarm.ts'
import { sweepCopies, sweepUploads } from './constructs/attachment-sweeps.ts'
import { attachmentsBucket, attachmentsBucketName, objectStatements } from './constructs/attachments-bucket.ts'
import type { DeploymentContext, Tables } from './constructs/deployment-context.ts'
import { allow, lambda } from './constructs/function.ts'
import { malwareScan, scanResultsRule } from './constructs/malware-scan.ts'
import { arnOf, physicalName } from './constructs/names.ts'
import { outputs } from './constructs/outputs.ts'
import { deadLetters } from './constructs/queue.ts'
import { sagaMachine } from './constructs/saga-machine.ts'
import * as limits from './limits.ts'
import { scanEnvironment, waitsForScan } from './stages.ts'

/**
 * Attachments: the bucket, the sagas that add and remove files, the functions that react to uploads and verdicts, and the
 * sweeps that find what those missed.
 */
export class AttachmentsStack extends Stack {
  /** ARN of each saga's state machine, by the saga's name. */
  readonly machineArns: Record<string, string>
  readonly #context: DeploymentContext
  readonly #tables: Tables

  constructor(scope: Construct, context: DeploymentContext, tables: Tables) {
    super(scope, 'Attachments', {
      stackName: physicalName(context, 'attachments'),
      description: 'Steadfast: attachments',
      terminationProtection: context.stage.isDeletionProtected,
    })
    this.#context = context
    this.#tables = tables
    const uploadDeadLetters = deadLetters(this, 'record-upload', context, {
      meaning: alarmMeanings.RecordUploadDeadLetters,
      isFifo: false,
    })
    const recordUpload = lambda(this, 'record-upload', context, tables, {
      access: uploadFunctions['record-upload'].access,
      timeoutSeconds: limits.recordUploadTimeoutSeconds,
      environment: this.#bucketEnvironment(),
      statements: [...objectStatements(this, context, { quarantine: ['DeleteObject'] }), this.#callbackStatement()],
      deadLetters: uploadDeadLetters,
    })
    const bucket = attachmentsBucket(this, context, recordUpload)
    this.machineArns = { attachment: this.#attachment(), removal: this.#removal() }
    sweepUploads(this, context, tables, {
      environment: this.#bucketEnvironment(),
      callbackStatement: this.#callbackStatement(),
    })
    sweepCopies(this, context, tables, { environment: this.#bucketEnvironment() })
    if (context.stage.malwareScan) this.#recordScan(bucket)
    outputs(this, {
      AttachmentsBucket: bucket.bucketName,
      RecordUploadFunction: recordUpload.functionName,
      RecordUploadDlqUrl: uploadDeadLetters.queueUrl,
    })
  }

  #attachment(): string {
    const { stage } = this.#context
    const uploadSeconds = this.#secondsFromContext('uploadSeconds', uploadSecondsDefault, uploadSecondsMax)
    const scanSeconds = this.#secondsFromContext('scanSeconds', scanSecondsDefault, limits.scanSecondsMax)
    const saga = attachmentSaga({ isScanned: waitsForScan(stage) })
    const stepFunction = lambda(this, 'run-attachment-step', this.#context, this.#tables, {
      access: sagaFunctions['run-attachment-step'].access,
      timeoutSeconds: limits.attachmentStepTimeoutSeconds,
      environment: {
        ...this.#bucketEnvironment(),
        UPLOAD_SECONDS: String(uploadSeconds),
        ...scanEnvironment(stage),
      },
      statements: [
        ...objectStatements(this, this.#context, {
          quarantine: ['GetObject', 'DeleteObject'],
          clean: ['GetObject', 'PutObject', 'DeleteObject'],
          canList: true,
        }),
        this.#callbackStatement(),
      ],
    })
    const machine = sagaMachine(this, 'attachment', this.#context, {
      stepFunction,
      compile: (functionArn) =>
        compile(saga, {
          functionArn,
          waitSeconds: { upload: waitSecondsFor(uploadSeconds), scan: scanSeconds },
        }),
    })
    return machine.attrArn
  }

  #removal(): string {
    const stepFunction = lambda(this, 'run-removal-step', this.#context, this.#tables, {
      access: sagaFunctions['run-removal-step'].access,
      timeoutSeconds: limits.sagaStepTimeoutSeconds,
      environment: this.#bucketEnvironment(),
      statements: objectStatements(this, this.#context, { clean: ['DeleteObject'] }),
    })
    const machine = sagaMachine(this, 'removal', this.#context, {
      stepFunction,
      compile: (functionArn) => compile(removal, { functionArn }),
    })
    return machine.attrArn
  }

  /**
   * Records verdicts of the malware scan. GuardDuty sends each one once, so a verdict that cannot be recorded becomes a dead letter;
   * without it, the saga rejects the file when its time is up.
   */
  #recordScan(bucket: Bucket): void {
    const deadLetterQueue = deadLetters(this, 'record-scan', this.#context, {
      meaning: alarmMeanings.RecordScanDeadLetters,
      isFifo: false,
      sender: { service: 'events', sourceArn: arnOf(this, 'events', `rule/${scanResultsRule(this.#context)}`) },
    })
    const fn = lambda(this, 'record-scan', this.#context, this.#tables, {
      access: scanFunctions['record-scan'].access,
      timeoutSeconds: limits.recordScanTimeoutSeconds,
      statements: [this.#callbackStatement()],
      deadLetters: deadLetterQueue,
    })
    malwareScan(this, this.#context, { bucket, fn, deadLetterQueue })
    for (const metricName of ['UploadsNotScanned', 'InfectedAfterClean'] as const)
      alarm(this, metricName, this.#context, {
        metric: customMetric(metricName, fn, 'Sum'),
        threshold: 1,
        meaning: alarmMeanings[metricName],
      })
    outputs(this, { RecordScanFunction: fn.functionName, RecordScanDlqUrl: deadLetterQueue.queueUrl })
  }

  #bucketEnvironment(): Record<string, string> {
    return { ATTACHMENTS_BUCKET: attachmentsBucketName(this, this.#context) }
  }

  /** Refers to the machine by name: the machine itself refers to a function that may call it back. */
  #callbackStatement(): PolicyStatement {
    const machineArn = arnOf(this, 'states', `stateMachine:${physicalName(this.#context, 'attachment')}`)
    return allow(['states:SendTaskSuccess'], [machineArn])
  }

  #secondsFromContext(key: string, byDefault: number, max: number): number {
    const given = this.node.tryGetContext(key) ?? byDefault
    const seconds = Number(given)
    if (!Number.isInteger(seconds) || seconds < 1 || seconds > max)
      throw new Error(`${key} must be a whole number from 1 to ${max}, not "${given}": correct the CDK context.`)
    return seconds
  }
}
