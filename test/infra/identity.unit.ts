import { describe, expect, it } from 'vitest'
import { stages, withIdentity } from '../../infra/stages.ts'
import { grantsOf } from './grants.ts'
import { readable, resourcesOf, shortName, single, stageNames, templatesOf, variablesOf } from './synthesized.ts'

const stage = 'prod with its own users'
const pool = single(resourcesOf(stage, 'AWS::Cognito::UserPool'))
const client = single(resourcesOf(stage, 'AWS::Cognito::UserPoolClient'))

describe('a stage with a user pool', () => {
  it('accepts tokens of that pool and of its app client, and takes no issuer as a parameter that could be another', () => {
    const functions = resourcesOf(stage, 'AWS::Lambda::Function').filter((fn) => variablesOf(fn).JWT_ISSUER)
    expect(functions.length).toBeGreaterThan(20)
    for (const fn of functions) {
      const { JWT_ISSUER, JWT_AUDIENCE, JWT_KEY_SET } = variablesOf(fn)
      expect([readable(JWT_ISSUER), readable(JWT_AUDIENCE), JWT_KEY_SET], fn.id).toEqual([
        expect.stringMatching(/^Users.*ProviderURL$/),
        expect.stringMatching(/^UsersClient/),
        '',
      ])
    }
    expect(Object.keys(templatesOf(stage).Api?.Parameters ?? {})).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^Jwt/)]),
    )
  })

  it('lets nobody sign up, or write the tenant or the role that their token will say', () => {
    expect(pool.Properties.AdminCreateUserConfig).toEqual({ AllowAdminCreateUserOnly: true })
    expect(client.Properties.WriteAttributes).toEqual(['email'])
  })

  it('adds claims to ID and access tokens by version 2 of the trigger, which only this pool may call', () => {
    const { LambdaConfig, UserPoolTier } = pool.Properties as {
      LambdaConfig: { PreTokenGenerationConfig: { LambdaArn: unknown; LambdaVersion: string } }
      UserPoolTier: string
    }
    const { LambdaArn, LambdaVersion } = LambdaConfig.PreTokenGenerationConfig
    expect([readable(LambdaArn), LambdaVersion, UserPoolTier]).toEqual(['AddTokenClaims', 'V2_0', 'ESSENTIALS'])
    const permissions = resourcesOf(stage, 'AWS::Lambda::Permission').map(({ Properties }) => Properties)
    const { SourceArn, FunctionName } = single(
      permissions.filter(({ Principal }) => Principal === 'cognito-idp.amazonaws.com'),
    )
    expect([readable(FunctionName), readable(SourceArn)]).toEqual([
      'AddTokenClaims',
      readable({ 'Fn::GetAtt': [pool.id, 'Arn'] }),
    ])
  })

  it('gives the trigger nothing but its log and its traces', () => {
    const grants = grantsOf(stage).filter(({ role }) => role === 'add-token-claims')
    expect(grants.map(({ action }) => action.split(':')[0])).toEqual(['logs', 'logs', 'xray', 'xray'])
  })

  it('keeps its users in production', () => {
    expect([pool.DeletionPolicy, pool.UpdateReplacePolicy, pool.Properties.DeletionProtection]).toEqual([
      'RetainExceptOnCreate',
      'Retain',
      'ACTIVE',
    ])
  })
})

describe('a user pool', () => {
  it('is there only where it is chosen, and never on local', () => {
    for (const each of stageNames) expect(resourcesOf(each).filter(({ Type }) => Type.includes('Cognito'))).toEqual([])
    const names = stageNames.flatMap((each) => resourcesOf(each, 'AWS::Lambda::Function').map(shortName))
    expect(names).not.toContain('add-token-claims')
    expect(() => withIdentity(stages.local, 'cognito')).toThrow('use npm run token')
    expect(() => withIdentity(stages.prod, 'auth0')).toThrow('choose cognito')
    expect(withIdentity(stages.prod, undefined)).toEqual(stages.prod)
  })
})
