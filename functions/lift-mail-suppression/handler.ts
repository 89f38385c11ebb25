import { httpHandler } from '../../app/http/http-handler.ts'
import { liftMailSuppression } from './lift-mail-suppression.ts'

export const handler = httpHandler(liftMailSuppression)
