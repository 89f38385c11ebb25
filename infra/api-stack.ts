import type { RestApi } from 'aws-cdk-lib/aws-apigateway'
import { CfnParameter, Stack } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'
import { consoleFunctions, type HttpFunctionName, httpFunctions } from '../app/functions.ts'
import { apiPublisher } from '../app/metrics.ts'
import { archiveReading } from './constructs/archive-bucket.ts'
import { attachmentsBucketName, objectStatements } from './constructs/attachments-bucket.ts'
import type { DeploymentContext, Tables } from './constructs/deployment-context.ts'
import { type FunctionSettings, lambda } from './constructs/function.ts'
import { pascalCase, physicalName } from './constructs/names.ts'
import { outputs } from './constructs/outputs.ts'
import { restApi, route } from './constructs/rest-api.ts'
import type { TokenIssuer } from './identity-stack.ts'
import { httpTimeoutSeconds } from './limits.ts'
import { scanEnvironment, webhookEnvironment } from './stages.ts'

/** The HTTP API: one function per route, which verifies the caller's token itself. */
export class ApiStack extends Stack {
  /** `tokenIssuer` is the user pool of the stage; without it, parameters say whose tokens are accepted. */
  constructor(scope: Construct, context: DeploymentContext, tables: Tables, tokenIssuer?: TokenIssuer) {
    super(scope, 'Api', {
      stackName: physicalName(context, 'api'),
      description: 'Steadfast: HTTP API',
      terminationProtection: context.stage.isDeletionProtected,
    })
    const api = restApi(this, context)
    const requestEnvironment = {
      ...this.#tokenEnvironment(context, tokenIssuer),
      TENANT_LIMITS: JSON.stringify(context.stage.tenantLimits),
      METRICS_SERVICE: physicalName(context, apiPublisher),
    }
    const extraSettings = this.#extraSettings(context)
    for (const name of Object.keys(httpFunctions) as HttpFunctionName[]) {
      const { environment, ...settings } = extraSettings[name] ?? {}
      const fn = lambda(this, name, context, tables, {
        ...settings,
        access: httpFunctions[name].access,
        timeoutSeconds: httpTimeoutSeconds,
        environment: { ...requestEnvironment, ...environment },
      })
      route(api, httpFunctions[name].route, fn)
      outputs(this, { [`${pascalCase(name)}Function`]: fn.functionName })
    }
    if (!context.stage.isWithoutConsole) this.#serveConsole(api, context, tables)
    outputs(this, {
      ApiUrl: `https://${api.restApiId}.execute-api.${this.region}.${this.urlSuffix}/${api.deploymentStage.stageName}`,
      // Emulators serve the API at an address of their own that contains the id.
      ApiId: api.restApiId,
    })
  }

  /** Static files, without a table, a token's issuer or a limit per tenant (ADR 60). */
  #serveConsole(api: RestApi, context: DeploymentContext, tables: Tables): void {
    const { routes, access } = consoleFunctions['serve-console']
    const fn = lambda(this, 'serve-console', context, tables, { access, timeoutSeconds: httpTimeoutSeconds })
    for (const each of routes) route(api, each, fn)
    outputs(this, { ServeConsoleFunction: fn.functionName })
  }

  /** What single functions need besides their tables. */
  #extraSettings(
    context: DeploymentContext,
  ): Partial<Record<HttpFunctionName, Pick<FunctionSettings, 'environment' | 'statements'>>> {
    const archive = archiveReading(this, context)
    return {
      'list-events': archive,
      'get-ticket-sla': archive,
      'correct-ticket': archive,
      'run-saga-now': { environment: scanEnvironment(context.stage) },
      'put-webhook': { environment: webhookEnvironment(context.stage) },
      // A presigned URL allows what the role of its signer allows.
      'get-attachment': {
        environment: { ATTACHMENTS_BUCKET: attachmentsBucketName(this, context) },
        // A file that was removed is to be answered with 404, not 403.
        statements: objectStatements(this, context, { quarantine: ['PutObject'], clean: ['GetObject'], canList: true }),
      },
    }
  }

  /** Which tokens are accepted. These are parameters, so that a target with its own keys deploys the same template. */
  #tokenEnvironment({ stage }: DeploymentContext, tokenIssuer?: TokenIssuer): Record<string, string> {
    // An empty key set: the functions fetch the keys of the pool.
    if (tokenIssuer) return { JWT_ISSUER: tokenIssuer.issuer, JWT_AUDIENCE: tokenIssuer.audience, JWT_KEY_SET: '' }
    const parameter = (id: string, description: string, byDefault?: string, allowedPattern?: string) =>
      new CfnParameter(this, id, {
        type: 'String',
        description,
        ...(byDefault !== undefined && { default: byDefault }),
        ...(allowedPattern && { allowedPattern, constraintDescription: description }),
      }).valueAsString
    const keySetDefault = stage.needsKeySet ? undefined : ''
    return {
      JWT_ISSUER: parameter(
        'JwtIssuer',
        'Issuer (iss) of accepted tokens, an https URL',
        stage.jwtIssuer,
        '^https://.+',
      ),
      JWT_AUDIENCE: parameter('JwtAudience', 'Audience (aud) of accepted tokens', 'steadfast'),
      JWT_KEY_SET: parameter(
        'JwtKeySet',
        'Public keys as a JWK set; if empty, they are fetched from the issuer',
        keySetDefault,
      ),
    }
  }
}
