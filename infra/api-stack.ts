import { CfnParameter, Stack } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'
import { httpFunctions } from '../app/functions.ts'
import { attachmentsBucketName, objectStatements } from './constructs/attachments-bucket.ts'
import { type FunctionSettings, lambda } from './constructs/function.ts'
import { outputs } from './constructs/outputs.ts'
import { restApi, route } from './constructs/rest-api.ts'
import { nameOf, pascalCase, type Site, type Tables } from './constructs/site.ts'
import { httpTimeoutSeconds } from './limits.ts'
import { webhookEnvironment } from './stages.ts'

/** The HTTP face: one function per route, which verifies the caller's token itself. */
export class ApiStack extends Stack {
  constructor(scope: Construct, site: Site, tables: Tables) {
    super(scope, 'Api', { stackName: nameOf(site, 'api'), description: 'Steadfast: HTTP API' })
    const api = restApi(this, site)
    const environment = this.#tokenSettings(site)
    const names = Object.keys(httpFunctions) as (keyof typeof httpFunctions)[]
    const more: Partial<Record<(typeof names)[number], Pick<FunctionSettings, 'environment' | 'statements'>>> = {
      'put-webhook': { environment: webhookEnvironment(site.stage) },
      // An address allows what its signer may do.
      'get-attachment': {
        environment: { ATTACHMENTS_BUCKET: attachmentsBucketName(this, site) },
        statements: objectStatements(this, site, { quarantine: ['PutObject'], clean: ['GetObject'] }),
      },
    }
    for (const name of names) {
      const settings = httpFunctions[name]
      const fn = lambda(this, name, site, tables, {
        access: settings.access,
        timeoutSeconds: httpTimeoutSeconds,
        environment: { ...environment, ...more[name]?.environment },
        ...(more[name]?.statements && { statements: more[name].statements }),
      })
      route(api, settings.route, fn)
      outputs(this, { [`${pascalCase(name)}Function`]: fn.functionName })
    }
    outputs(this, {
      ApiUrl: `https://${api.restApiId}.execute-api.${this.region}.${this.urlSuffix}/${api.deploymentStage.stageName}`,
      // Emulators serve the API at an address of their own, made of this.
      ApiId: api.restApiId,
    })
  }

  /** Whose tokens count. Parameters, so that a target with keys of its own needs no synth of its own. */
  #tokenSettings({ stage }: Site): Record<string, string> {
    const parameter = (id: string, description: string, initial?: string) =>
      new CfnParameter(this, id, {
        type: 'String',
        description,
        ...(initial !== undefined && { default: initial }),
      }).valueAsString
    return {
      JWT_ISSUER: parameter('JwtIssuer', 'Issuer (iss) of accepted tokens, an https URL', stage.jwtIssuer),
      JWT_AUDIENCE: parameter('JwtAudience', 'Audience (aud) of accepted tokens', 'steadfast'),
      JWT_KEY_SET: parameter('JwtKeySet', 'Public keys as a JWK set; empty: fetched from the issuer', ''),
    }
  }
}
