import { consumerHandler } from '../../app/consume/consumer-handler.ts'
import { projectViews } from '../../app/consumers/project-views.ts'

export const handler = consumerHandler(projectViews)
