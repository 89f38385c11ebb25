import type { PreTokenGenerationV2TriggerEvent } from 'aws-lambda'
import * as z from 'zod'
import type { Observer } from '../../app/observer.ts'
import { TenantId } from '../../domain/ids.ts'
import { Role } from '../../domain/user.ts'

/** Set by an administrator of the user pool. People cannot write them themselves. */
export const UserPoolAttributes = z.object({ 'custom:tenant': TenantId, 'custom:role': Role })

/**
 * Adds `tenant` and `role` to the ID token and to the access token, as the API expects them, and `aud` to the access token: Cognito gives
 * it none, and accepts none but the id of the app client (Cognito Developer Guide, "Pre token generation Lambda trigger"). Throws when the
 * user has no tenant or no role: then Cognito issues no token, which is better than one that the API refuses.
 */
export async function addTokenClaims(
  { observer }: { observer: Observer },
  event: PreTokenGenerationV2TriggerEvent,
): Promise<PreTokenGenerationV2TriggerEvent> {
  const attributes = UserPoolAttributes.safeParse(event.request.userAttributes)
  if (!attributes.success) {
    const wrong = attributes.error.issues.map(({ path }) => path.join('.'))
    observer.warn('no token: attributes are missing or not valid', { attributes: wrong.join(', ') })
    throw new Error(`The user needs valid attributes ${wrong.join(', ')}: an administrator of the user pool sets them.`)
  }
  const claims = { tenant: attributes.data['custom:tenant'], role: attributes.data['custom:role'] }
  return {
    ...event,
    response: {
      claimsAndScopeOverrideDetails: {
        idTokenGeneration: { claimsToAddOrOverride: claims },
        accessTokenGeneration: { claimsToAddOrOverride: { ...claims, aud: event.callerContext.clientId } },
      },
    },
  }
}
