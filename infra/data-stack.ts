import { Stack } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'
import type { TableName } from '../app/access.ts'
import { tableShapes } from '../tables/key-shapes.ts'
import { alarmTopic } from './constructs/alarm-topic.ts'
import { outputs } from './constructs/outputs.ts'
import { nameOf, type Site, type Tables } from './constructs/site.ts'
import { table } from './constructs/table.ts'
import { watchEvents } from './constructs/watch-events.ts'

/** What is kept: the tables, the watch over the event log, and the topic that alarms are sent to. */
export class DataStack extends Stack {
  readonly tables: Tables

  constructor(scope: Construct, site: Site) {
    super(scope, 'Data', {
      stackName: nameOf(site, 'data'),
      description: 'Steadfast: tables',
      terminationProtection: site.stage.isDeletionProtected,
    })
    const names = Object.keys(tableShapes) as TableName[]
    this.tables = Object.fromEntries(names.map((name) => [name, table(this, name, site)])) as Tables
    watchEvents(this, site, this.tables)
    outputs(this, Object.fromEntries(names.map((name) => [`${name}Table`, this.tables[name].tableName])))
    if (site.stage.hasAlarmTopic) outputs(this, { AlarmTopicArn: alarmTopic(this, site).topicArn })
  }
}
