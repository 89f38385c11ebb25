import { type App, Stack } from 'aws-cdk-lib/core'
import { ApiStack } from './api-stack.ts'
import { AttachmentsStack } from './attachments-stack.ts'
import type { DeploymentContext } from './constructs/deployment-context.ts'
import { promisesDashboard } from './constructs/promises-dashboard.ts'
import { stackDashboard } from './constructs/stack-dashboard.ts'
import { DataStack } from './data-stack.ts'
import { IdentityStack } from './identity-stack.ts'
import { MessagingStack } from './messaging-stack.ts'
import { SagasStack } from './sagas-stack.ts'

/** Adds all stacks of one stage to the app. */
export function steadfast(app: App, base: DeploymentContext): void {
  const { tables, context } = new DataStack(app, base)
  const sagas = new SagasStack(app, context, tables)
  const attachments = new AttachmentsStack(app, context, tables)
  const messaging = new MessagingStack(app, context, tables, { ...sagas.machineArns, ...attachments.machineArns })
  const identity = context.stage.identity && new IdentityStack(app, context, tables)
  new ApiStack(app, context, tables, identity?.tokenIssuer)
  // Where nobody hears alarms, nobody looks at dashboards: emulators keep no metrics.
  if (!context.stage.hasAlarmTopic) return
  for (const stack of app.node.children.filter((child) => Stack.isStack(child))) stackDashboard(stack, context)
  promisesDashboard(messaging, context)
}
