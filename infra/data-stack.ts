import { Stack } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'
import type { TableName } from '../app/catalogue/access.ts'
import { tableShapes } from '../tables/key-shapes.ts'
import { alarmMeanings } from './alarm-meanings.ts'
import { alarmTopic } from './constructs/alarm-topic.ts'
import { archiveBucket } from './constructs/archive-bucket.ts'
import { archiverPolicy } from './constructs/archiver-policy.ts'
import { monthlyBudget } from './constructs/budget.ts'
import { dataKey } from './constructs/data-key.ts'
import type { DeploymentContext, Tables } from './constructs/deployment-context.ts'
import { digestsBucket } from './constructs/digests-bucket.ts'
import { arnOf, physicalName } from './constructs/names.ts'
import { outputs } from './constructs/outputs.ts'
import { deadLetters } from './constructs/queue.ts'
import { serviceAlarms } from './constructs/service-alarms.ts'
import { tablesInUse } from './constructs/table-sets.ts'
import { watchEvents } from './constructs/watch-events.ts'

/**
 * The tables, the watch over recorded history, its digests and its archives, the topic that all alarms notify, and the
 * dead-letter queue of all schedules.
 */
export class DataStack extends Stack {
  readonly tables: Tables
  /** What the other stacks are built from: with the key, on stages that have one. */
  readonly context: DeploymentContext

  constructor(scope: Construct, base: DeploymentContext) {
    super(scope, 'Data', {
      stackName: physicalName(base, 'data'),
      description: 'Steadfast: tables',
      terminationProtection: base.stage.isDeletionProtected,
    })
    const context = base.stage.encryptionKey === 'customer' ? { ...base, dataKey: dataKey(this, base) } : base
    this.context = context
    const names = Object.keys(tableShapes) as TableName[]
    this.tables = tablesInUse(this, context)
    watchEvents(this, context, this.tables)
    const archive = archiveBucket(this, context)
    outputs(this, {
      DigestsBucket: digestsBucket(this, context).bucketName,
      ArchiveBucket: archive.bucketName,
    })
    outputs(this, Object.fromEntries(names.map((name) => [`${name}Table`, this.tables[name].tableName])))
    const schedules = deadLetters(this, 'schedules', context, {
      meaning: alarmMeanings.SchedulesDeadLetters,
      isFifo: false,
      sender: { service: 'events', sourceArn: arnOf(this, 'events', `rule/${physicalName(context, '*')}`) },
    })
    outputs(this, { SchedulesDlqUrl: schedules.queueUrl })
    // `npm run doctor` compares it with the version that was proven.
    const revision: string | undefined = this.node.tryGetContext('revision')
    if (revision) outputs(this, { Revision: revision })
    // A machine of one's own checks no credentials.
    if (context.stage.name !== 'local')
      outputs(this, { ArchiverPolicyArn: archiverPolicy(this, context, this.tables, archive).managedPolicyArn })
    if (!context.stage.hasAlarmTopic) return
    const topic = alarmTopic(this, context)
    outputs(this, { AlarmTopicArn: topic.topicArn })
    if (context.stage.budgetUsd !== undefined) monthlyBudget(this, topic, context.stage.budgetUsd)
    serviceAlarms(this, context, this.tables)
  }
}
