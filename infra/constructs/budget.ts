import { CfnBudget } from 'aws-cdk-lib/aws-budgets'
import type { Topic } from 'aws-cdk-lib/aws-sns'
import { Stack } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'

/**
 * What the account may cost in a month. Whoever hears the alarms hears it when 80% are spent, and when AWS expects more than all of it. The
 * budget has no name of its own: CloudFormation replaces a budget whose notifications change, and a second of the same name is refused.
 */
export function monthlyBudget(scope: Construct, topic: Topic, budgetUsd: number): void {
  const notify = (notificationType: 'ACTUAL' | 'FORECASTED', percent: number) => ({
    notification: {
      notificationType,
      comparisonOperator: 'GREATER_THAN',
      threshold: percent,
      thresholdType: 'PERCENTAGE',
    },
    subscribers: [{ subscriptionType: 'SNS', address: topic.topicArn }],
  })
  const budget = new CfnBudget(scope, 'Budget', {
    budget: { budgetType: 'COST', timeUnit: 'MONTHLY', budgetLimit: { amount: budgetUsd, unit: 'USD' } },
    notificationsWithSubscribers: [notify('ACTUAL', 80), notify('FORECASTED', 100)],
  })
  // AWS Budgets tries to publish when the budget is made.
  budget.node.addDependency(topic)
}

/** ARNs of the account's budgets, which belong to no region (AWS, "Creating an Amazon SNS topic for budget notifications"). */
export function budgetArns(scope: Construct): string {
  return Stack.of(scope).formatArn({ service: 'budgets', region: '', resource: '*' })
}
