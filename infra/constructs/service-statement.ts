import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Stack } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'

/**
 * Lets an AWS service use a topic, a queue or a key on behalf of one source in this account. A service acts for every customer, so without
 * the conditions a stranger's alarm, mail or rule could use the resource as well (IAM User Guide, "The confused deputy problem").
 */
export function serviceStatement(
  scope: Construct,
  use: {
    service: 'budgets' | 'cloudwatch' | 'events' | 'ses' | 'sns'
    actions: string[]
    resources: string[]
    /** ARN of what the service acts for; `*` stands for the rest of a name. */
    sourceArn: string
  },
): PolicyStatement {
  return new PolicyStatement({
    actions: use.actions,
    principals: [new ServicePrincipal(`${use.service}.amazonaws.com`)],
    resources: use.resources,
    conditions: {
      StringEquals: { 'aws:SourceAccount': Stack.of(scope).account },
      ArnLike: { 'aws:SourceArn': use.sourceArn },
    },
  })
}
