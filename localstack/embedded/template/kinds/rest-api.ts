import { createHash } from 'node:crypto'
import * as z from 'zod'
import { flag, ignorable, kind, named, number, physicalName, type Resource, text, why } from '../kind.ts'
import { rootResourceId } from '../rest-parts.ts'
import { TemplateError } from '../template-error.ts'

/** API ids are ten lower-case letters and digits on AWS; here they are made from the name, so that they stay. */
export function restApiId(resource: Resource): string {
  const hash = createHash('sha256').update(physicalName(resource)).digest()
  return BigInt(`0x${hash.toString('hex')}`)
    .toString(36)
    .slice(0, 10)
}

/** API Gateway's own limit, and its default. */
const integrationTimeoutMs = 29_000

const restApi = kind({
  honours: { Name: text, BinaryMediaTypes: z.array(text).optional() },
  ignores: {
    ApiKeySourceType: 'API keys are not supported by the embedded stack',
    Description: why.description,
    DisableExecuteApiEndpoint: 'the edge is the only address',
    EndpointConfiguration: 'the edge is the only endpoint',
    FailOnWarnings: 'for imports only',
    MinimumCompressionSize: 'loopback needs no compression',
    Tags: why.tags,
  },
  ref: restApiId,
  attributes: { RootResourceId: (resource) => rootResourceId(restApiId(resource)), RestApiId: restApiId },
  add: ({ restParts }, resource, { Name, BinaryMediaTypes = [] }) =>
    restParts.apis.push({
      path: resource.path,
      id: restApiId(resource),
      name: Name,
      binaryMediaTypes: BinaryMediaTypes,
    }),
})

const pathResource = kind({
  honours: { ParentId: text, PathPart: text, RestApiId: text },
  ref: physicalName,
  attributes: { ResourceId: physicalName },
  add: ({ restParts }, resource, { ParentId, PathPart, RestApiId }) =>
    restParts.resources.push({ id: physicalName(resource), apiId: RestApiId, parentId: ParentId, pathPart: PathPart }),
})

const method = kind({
  honours: {
    ApiKeyRequired: flag.refine((required) => !required, 'API keys are not supported by the embedded stack').optional(),
    AuthorizationType: z.literal('NONE', 'authorizers are not supported by the embedded stack').optional(),
    HttpMethod: text,
    Integration: z.strictObject({
      Type: z.literal('AWS_PROXY', 'the embedded stack supports Lambda proxy integrations only'),
      IntegrationHttpMethod: z.literal('POST'),
      Uri: text,
      TimeoutInMillis: number.max(integrationTimeoutMs).optional(),
      PassthroughBehavior: text.optional(),
    }),
    ResourceId: text,
    RestApiId: text,
  },
  ignores: {
    MethodResponses: 'a proxy integration answers by itself',
    OperationName: 'for generated clients only',
  },
  ref: physicalName,
  add: ({ restParts }, resource, { HttpMethod, Integration, ResourceId, RestApiId }) => {
    const functionRef = /:lambda:path\/2015-03-31\/functions\/(.+)\/invocations$/.exec(Integration.Uri)?.[1]
    if (!functionRef) throw new TemplateError(`property Integration.Uri: ${Integration.Uri} does not name a function`)
    restParts.methods.push({
      path: resource.path,
      apiId: RestApiId,
      resourceId: ResourceId,
      httpMethod: HttpMethod,
      functionRef,
      timeoutMs: Integration.TimeoutInMillis ?? integrationTimeoutMs,
    })
  },
})

const stage = kind({
  honours: { StageName: text, RestApiId: text, DeploymentId: text, Variables: z.record(z.string(), text).optional() },
  ignores: {
    AccessLogSetting: why.logs,
    CacheClusterEnabled: 'answers are not cached here',
    Description: why.description,
    MethodSettings: 'they set logs, metrics and rate limits; one machine is its own limit',
    Tags: why.tags,
    TracingEnabled: why.tracing,
  },
  ref: named('StageName'),
  add: ({ restParts }, _resource, { StageName, RestApiId, Variables = {} }) =>
    restParts.stages.push({ apiId: RestApiId, name: StageName, variables: Variables }),
})

const gatewayResponse = kind({
  honours: {
    ResponseType: text,
    RestApiId: text,
    StatusCode: text.optional(),
    ResponseTemplates: z.record(z.string(), text).optional(),
    ResponseParameters: z.record(z.string(), text).optional(),
  },
  ref: physicalName,
  add: ({ restParts }, resource, properties) =>
    restParts.gatewayResponses.push({
      path: resource.path,
      apiId: properties.RestApiId,
      responseType: properties.ResponseType,
      ...(properties.StatusCode !== undefined && { statusCode: properties.StatusCode }),
      templates: properties.ResponseTemplates ?? {},
      parameters: properties.ResponseParameters ?? {},
    }),
})

export const restApiKinds = {
  'AWS::ApiGateway::RestApi': restApi,
  'AWS::ApiGateway::Resource': pathResource,
  'AWS::ApiGateway::Method': method,
  'AWS::ApiGateway::Stage': stage,
  'AWS::ApiGateway::GatewayResponse': gatewayResponse,
  'AWS::ApiGateway::Deployment': ignorable('what is in the template is what is served', physicalName, {
    DeploymentId: physicalName,
  }),
  'AWS::ApiGateway::Account': ignorable(why.logs),
  'AWS::ApiGateway::UsagePlan': ignorable('API keys are not supported by the embedded stack'),
}
