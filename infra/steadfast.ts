import type { App } from 'aws-cdk-lib/core'
import { ApiStack } from './api-stack.ts'
import { AttachmentsStack } from './attachments-stack.ts'
import type { Site } from './constructs/site.ts'
import { DataStack } from './data-stack.ts'
import { MessagingStack } from './messaging-stack.ts'
import { SagasStack } from './sagas-stack.ts'

/** The whole system on one stage. */
export function steadfast(app: App, site: Site) {
  const data = new DataStack(app, site)
  const sagas = new SagasStack(app, site, data.tables)
  const attachments = new AttachmentsStack(app, site, data.tables)
  const machineArns = { ...sagas.machineArns, attachment: attachments.machineArn }
  const messaging = new MessagingStack(app, site, data.tables, machineArns)
  const api = new ApiStack(app, site, data.tables)
  return { data, sagas, attachments, messaging, api }
}
