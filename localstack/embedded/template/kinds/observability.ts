import { arn, ignorable, named, type Resource, why } from '../kind.ts'

const logGroupName = named('LogGroupName')
const alarmArn = (resource: Resource) => arn('cloudwatch', `alarm:${named('AlarmName')(resource)}`)
const notMeasured = 'metrics are not collected here'

/** Types that watch the system and never change what it does. */
export const observabilityKinds = {
  'AWS::CDK::Metadata': ignorable('it counts uses of the CDK'),
  'AWS::Logs::LogGroup': ignorable(why.logs, logGroupName, {
    Arn: (resource) => arn('logs', `log-group:${logGroupName(resource)}:*`),
  }),
  'AWS::Logs::MetricFilter': ignorable(notMeasured),
  'AWS::Logs::QueryDefinition': ignorable(why.logs),
  'AWS::Logs::ResourcePolicy': ignorable(why.logs),
  'AWS::CloudWatch::Alarm': ignorable(notMeasured, named('AlarmName'), { Arn: alarmArn }),
  'AWS::CloudWatch::CompositeAlarm': ignorable(notMeasured, named('AlarmName'), { Arn: alarmArn }),
  'AWS::CloudWatch::Dashboard': ignorable(notMeasured, named('DashboardName')),
  'AWS::Budgets::Budget': ignorable('nothing here costs money'),
}
