import type { RestApiModel, RestParts } from './model.ts'
import { TemplateError } from './template-error.ts'

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
