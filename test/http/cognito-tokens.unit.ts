import type { PreTokenGenerationV2TriggerEvent } from 'aws-lambda'
import { describe, expect, it } from 'vitest'
import { authenticator } from '../../app/http/authenticate.ts'
import { noopObserver } from '../../app/observer.ts'
import { addTokenClaims } from '../../functions/add-token-claims/add-token-claims.ts'
import { apiEvent } from '../fixtures/api-event.ts'
import { keySet, signToken } from '../fixtures/tokens.ts'

const issuer = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Example'
const clientId = '1example23456789'
const sub = 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee'
const authenticate = authenticator({ issuer, audience: clientId, keySet })

/** The event that Cognito sends before it signs the tokens of a user with these attributes. */
function triggerEvent(userAttributes: Record<string, string>): PreTokenGenerationV2TriggerEvent {
  return {
    version: '2',
    triggerSource: 'TokenGeneration_Authentication',
    region: 'eu-west-1',
    userPoolId: 'eu-west-1_Example',
    userName: sub,
    callerContext: { awsSdkVersion: '3', clientId },
    request: { userAttributes: { sub, email: 'ann@example.com', ...userAttributes }, groupConfiguration: {} },
    response: { claimsAndScopeOverrideDetails: {} },
  }
}

/** The claims that Cognito signs: its own, with those that the trigger adds. An ID token has `aud`, an access token only `client_id`. */
async function claimsOf(
  use: 'id' | 'access',
  event: PreTokenGenerationV2TriggerEvent,
): Promise<Record<string, unknown>> {
  const { response } = await addTokenClaims({ observer: noopObserver }, event)
  const { idTokenGeneration, accessTokenGeneration } = response.claimsAndScopeOverrideDetails ?? {}
  const added = (use === 'id' ? idTokenGeneration : accessTokenGeneration)?.claimsToAddOrOverride
  const own = use === 'id' ? { aud: clientId } : { client_id: clientId, scope: 'aws.cognito.signin.user.admin' }
  return { sub, token_use: use, ...own, ...added }
}

async function callerOf({ aud, ...claims }: Record<string, unknown>) {
  const token = await signToken(claims, { iss: issuer, aud: String(aud) })
  return authenticate(apiEvent({ operation: 'GET /tickets', headers: { Authorization: `Bearer ${token}` } }))
}

const agent = { 'custom:tenant': 'acme', 'custom:role': 'agent' }

describe('a token of the user pool', () => {
  it.each(['id', 'access'] as const)('says tenant and role as the API expects them: %s token', async (use) => {
    expect(await callerOf(await claimsOf(use, triggerEvent(agent)))).toEqual({
      tenant: 'acme',
      actor: { id: sub, role: 'agent' },
    })
  })

  it('has an audience in its access token too: Cognito takes none but the id of the app client', async () => {
    expect((await claimsOf('access', triggerEvent(agent))).aud).toBe(clientId)
  })

  it('is refused when it was made for another app client', async () => {
    const event = { ...triggerEvent(agent), callerContext: { awsSdkVersion: '3', clientId: 'another' } }
    await expect(callerOf(await claimsOf('access', event))).rejects.toMatchObject({ slug: 'unauthenticated' })
  })

  it.each([
    ['no tenant', { 'custom:role': 'agent' }, 'custom:tenant'],
    ['no role', { 'custom:tenant': 'acme' }, 'custom:role'],
    ['a role that does not exist', { ...agent, 'custom:role': 'owner' }, 'custom:role'],
    ['a tenant that no key can hold', { ...agent, 'custom:tenant': 'acme#TICKET' }, 'custom:tenant'],
    ['neither', {}, 'custom:tenant, custom:role'],
  ])('is not issued to a user with %s, and the reason names the attribute only', async (_, attributes, named) => {
    await expect(addTokenClaims({ observer: noopObserver }, triggerEvent(attributes))).rejects.toThrow(
      new Error(`The user needs valid attributes ${named}: an administrator of the user pool sets them.`),
    )
  })
})
