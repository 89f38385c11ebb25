import { Stack } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'
import type { TableName } from '../app/access.ts'
import { tableShapes } from '../tables/key-shapes.ts'
import { alarmTopic } from './constructs/alarm-topic.ts'
import type { DeploymentContext, Tables } from './constructs/deployment-context.ts'
import { physicalName } from './constructs/names.ts'
import { outputs } from './constructs/outputs.ts'
import { table } from './constructs/table.ts'
import { watchEvents } from './constructs/watch-events.ts'

/** The tables, the watch over recorded history, and the topic that the alarms of all stacks notify. */
export class DataStack extends Stack {
  readonly tables: Tables

  constructor(scope: Construct, context: DeploymentContext) {
    super(scope, 'Data', {
      stackName: physicalName(context, 'data'),
      description: 'Steadfast: tables',
      terminationProtection: context.stage.isDeletionProtected,
    })
    const names = Object.keys(tableShapes) as TableName[]
    this.tables = Object.fromEntries(names.map((name) => [name, table(this, name, context)])) as Tables
    watchEvents(this, context, this.tables)
    outputs(this, Object.fromEntries(names.map((name) => [`${name}Table`, this.tables[name].tableName])))
    if (context.stage.hasAlarmTopic) outputs(this, { AlarmTopicArn: alarmTopic(this, context).topicArn })
  }
}
