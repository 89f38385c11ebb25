import { CfnSubscription, type Topic } from 'aws-cdk-lib/aws-sns'
import { Annotations } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'
import { alarmMeanings } from '../alarm-meanings.ts'
import { noAlarmSubscriber } from '../stages.ts'
import { alarmTopicName } from './alarm.ts'
import { budgetArns } from './budget.ts'
import type { DeploymentContext } from './deployment-context.ts'
import { encryptedTopic } from './encrypted-topic.ts'
import { arnOf } from './names.ts'
import { deadLetters } from './queue.ts'

/** The topic that alarms and the budget notify, with its subscriber. A stage that may have none warns: nobody hears its alarms. */
export function alarmTopic(scope: Construct, context: DeploymentContext): Topic {
  const topic = encryptedTopic(scope, 'AlarmTopic', context, {
    topicName: alarmTopicName(context),
    keyDescription: 'Encrypts alarm notifications',
    publishers: [
      { service: 'cloudwatch', sourceArn: arnOf(scope, 'cloudwatch', 'alarm:*') },
      { service: 'budgets', sourceArn: budgetArns(scope) },
    ],
  })
  const { alarmSubscriber } = context.stage
  if (alarmSubscriber === undefined)
    Annotations.of(scope).addWarningV2('steadfast:noAlarmSubscriber', noAlarmSubscriber(context.stage))
  else subscribe(scope, context, topic, alarmSubscriber)
  return topic
}

/** SNS sends a confirmation first, and alarms only once the subscriber has confirmed. */
function subscribe(scope: Construct, context: DeploymentContext, topic: Topic, subscriber: string): void {
  const deadLetterQueue = deadLetters(scope, 'alarms', context, {
    meaning: alarmMeanings.AlarmsDeadLetters,
    isFifo: false,
    sender: { service: 'sns', sourceArn: topic.topicArn },
  })
  const subscription = new CfnSubscription(scope, 'AlarmSubscriber', {
    topicArn: topic.topicArn,
    protocol: subscriber.startsWith('https:') ? 'https' : 'email',
    endpoint: subscriber,
    redrivePolicy: { deadLetterTargetArn: deadLetterQueue.queueArn },
  })
  subscription.node.addDependency(topic, deadLetterQueue)
}
