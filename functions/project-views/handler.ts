import { consumes } from '../consume/lambda.ts'
import { projectViews } from './project-views.ts'

export const handler = consumes(projectViews)
