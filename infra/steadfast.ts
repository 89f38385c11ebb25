import type { App } from 'aws-cdk-lib/core'
import { ApiStack } from './api-stack.ts'
import { AttachmentsStack } from './attachments-stack.ts'
import type { DeploymentContext } from './constructs/deployment-context.ts'
import { DataStack } from './data-stack.ts'
import { IdentityStack } from './identity-stack.ts'
import { MessagingStack } from './messaging-stack.ts'
import { SagasStack } from './sagas-stack.ts'

/** Adds all stacks of one stage to the app. */
export function steadfast(app: App, base: DeploymentContext): void {
  const { tables, context } = new DataStack(app, base)
  const sagas = new SagasStack(app, context, tables)
  const attachments = new AttachmentsStack(app, context, tables)
  new MessagingStack(app, context, tables, { ...sagas.machineArns, ...attachments.machineArns })
  const identity = context.stage.identity && new IdentityStack(app, context, tables)
  new ApiStack(app, context, tables, identity?.tokenIssuer)
}
