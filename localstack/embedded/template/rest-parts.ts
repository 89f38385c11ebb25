import type { GatewayResponseModel, RestApiModel, RestMethodModel } from './model.ts'
import { TemplateError } from './template-error.ts'

/** The resources that make up REST APIs, as the template lists them: apart, in any order. */
export interface RestParts {
  apis: { path: string; id: string; name: string; binaryMediaTypes: string[] }[]
  resources: { id: string; apiId: string; parentId: string; pathPart: string }[]
  methods: (Omit<RestMethodModel, 'resourcePath'> & { apiId: string })[]
  stages: { apiId: string; name: string; variables: Record<string, string> }[]
  gatewayResponses: (GatewayResponseModel & { apiId: string })[]
}

export const rootResourceId = (apiId: string) => `${apiId}-root`

/** Puts each API's parts together. Throws {@link TemplateError} when a parent is missing. */
export function assembleRestApis(parts: RestParts): RestApiModel[] {
  return parts.apis.map((api) => ({
    ...api,
    stages: parts.stages.filter(({ apiId }) => apiId === api.id).map(({ apiId: _apiId, ...stage }) => stage),
    methods: parts.methods
      .filter(({ apiId }) => apiId === api.id)
      .map(({ apiId: _apiId, ...method }) => ({ ...method, resourcePath: pathOf(method.resourceId, api.id, parts) })),
    gatewayResponses: parts.gatewayResponses
      .filter(({ apiId }) => apiId === api.id)
      .map(({ apiId: _apiId, ...response }) => response),
  }))
}

function pathOf(resourceId: string, apiId: string, parts: RestParts): string {
  const segments: string[] = []
  for (let id = resourceId; id !== rootResourceId(apiId); ) {
    const resource = parts.resources.find((candidate) => candidate.id === id)
    if (!resource || segments.length > parts.resources.length)
      throw new TemplateError(`The API resource ${resourceId} does not lead to the root of ${apiId}.`)
    segments.unshift(resource.pathPart)
    id = resource.parentId
  }
  return `/${segments.join('/')}`
}
