import {
  AccountRecovery,
  ClientAttributes,
  FeaturePlan,
  LambdaVersion,
  Mfa,
  StringAttribute,
  UserPool,
  UserPoolOperation,
} from 'aws-cdk-lib/aws-cognito'
import { Duration, Stack } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'
import { identityFunctions } from '../app/functions.ts'
import type { DeploymentContext, Tables } from './constructs/deployment-context.ts'
import { lambda } from './constructs/function.ts'
import { physicalName } from './constructs/names.ts'
import { outputs } from './constructs/outputs.ts'
import { tokenClaimsTimeoutSeconds, tokenMinutes } from './limits.ts'

/** Whose tokens the API accepts. */
export interface TokenIssuer {
  issuer: string
  audience: string
}

/**
 * An issuer of tokens for operators who have none: a Cognito user pool whose tokens have `tenant` and `role` (CDK
 * context `identity=cognito`). Administrators create users and set both attributes; the app client may write neither, so
 * nobody can promote themselves.
 */
export class IdentityStack extends Stack {
  readonly tokenIssuer: TokenIssuer

  constructor(scope: Construct, context: DeploymentContext, tables: Tables) {
    super(scope, 'Identity', {
      stackName: physicalName(context, 'identity'),
      description: 'Steadfast: users and their tokens',
      terminationProtection: context.stage.isDeletionProtected,
    })
    const fn = lambda(this, 'add-token-claims', context, tables, {
      ...identityFunctions['add-token-claims'],
      timeoutSeconds: tokenClaimsTimeoutSeconds,
    })
    const pool = new UserPool(this, 'Users', {
      userPoolName: physicalName(context, 'users'),
      selfSignUpEnabled: false,
      signInAliases: { email: true },
      // What puts claims into access tokens.
      featurePlan: FeaturePlan.ESSENTIALS,
      customAttributes: {
        tenant: new StringAttribute({ minLen: 1, maxLen: 64, mutable: true }),
        role: new StringAttribute({ minLen: 5, maxLen: 8, mutable: true }),
      },
      passwordPolicy: {
        minLength: 12,
        requireDigits: true,
        requireLowercase: true,
        requireUppercase: true,
        requireSymbols: true,
      },
      mfa: Mfa.OPTIONAL,
      mfaSecondFactor: { otp: true, sms: false },
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      deletionProtection: context.stage.isDeletionProtected,
      removalPolicy: context.stage.removalPolicy,
    })
    pool.addTrigger(UserPoolOperation.PRE_TOKEN_GENERATION_CONFIG, fn, LambdaVersion.V2_0)
    const client = pool.addClient('Client', {
      userPoolClientName: physicalName(context, 'api'),
      authFlows: { userSrp: true },
      disableOAuth: true,
      generateSecret: false,
      preventUserExistenceErrors: true,
      enableTokenRevocation: true,
      accessTokenValidity: Duration.minutes(tokenMinutes),
      idTokenValidity: Duration.minutes(tokenMinutes),
      readAttributes: new ClientAttributes().withStandardAttributes({ email: true, emailVerified: true }),
      writeAttributes: new ClientAttributes().withStandardAttributes({ email: true }),
    })
    this.tokenIssuer = { issuer: pool.userPoolProviderUrl, audience: client.userPoolClientId }
    outputs(this, {
      UserPoolId: pool.userPoolId,
      UserPoolClientId: client.userPoolClientId,
      AddTokenClaimsFunction: fn.functionName,
    })
  }
}
