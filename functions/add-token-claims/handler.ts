import type { PreTokenGenerationV2TriggerEvent } from 'aws-lambda'
import { backgroundHandler } from '../../app/background-handler.ts'
import { addTokenClaims } from './add-token-claims.ts'

export const handler = backgroundHandler(async (event: PreTokenGenerationV2TriggerEvent, observer) =>
  addTokenClaims({ observer }, event),
)
