import type { Contract } from './contract.ts'
import { type JsonSchema, resolved } from './json-schema.ts'

interface Parameter {
  in: string
  name: string
  required?: boolean
  schema: JsonSchema
}

interface Content {
  content?: Record<string, { schema: JsonSchema }>
}

interface Operation {
  parameters?: Parameter[]
  requestBody?: Content
  responses: Record<string, Content & { headers?: Record<string, { schema: JsonSchema; required?: boolean }> }>
}

/** The contracts in an OpenAPI document: of each operation its request, and its response for each status of success, headers included. */
export function operationContracts(document: object): Contract[] {
  const { paths } = document as { paths: Record<string, Record<string, Operation>> }
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, operation]) =>
      contractsOf(`${method.toUpperCase()} ${path}`, operation, document),
    ),
  )
}

function contractsOf(
  name: string,
  { parameters = [], requestBody, responses }: Operation,
  document: object,
): Contract[] {
  const request = objectOf({
    ...Object.fromEntries(
      [...Map.groupBy(parameters, ({ in: where }) => where)].map(([where, some]) => [where, parametersOf(some)]),
    ),
    ...(requestBody && { body: bodyOf(requestBody) }),
  })
  const answers = Object.entries(responses).filter(([status]) => status.startsWith('2'))
  return [
    { name, parties: ['client'], schema: request, document },
    ...answers.map(([status, response]): Contract => {
      const { headers = {}, ...rest } = resolved(response as JsonSchema, document) as Operation['responses'][string]
      const said = Object.entries(headers).map(([header, { schema }]) => [header, schema] as const)
      const schema = objectOf({ headers: objectOf(Object.fromEntries(said), []), body: bodyOf(rest) })
      return { name: `${name} ${status}`, parties: ['consumer'], schema, document }
    }),
  ]
}

function parametersOf(parameters: readonly Parameter[]): JsonSchema {
  const schemas = Object.fromEntries(parameters.map(({ name, schema }) => [name, schema]))
  return objectOf(
    schemas,
    parameters.filter(({ required }) => required).map(({ name }) => name),
  )
}

/** JSON is the only form in which the API takes and gives bodies. */
function bodyOf({ content = {} }: Content): JsonSchema {
  return Object.values(content)[0]?.schema ?? {}
}

function objectOf(properties: Record<string, JsonSchema>, required = Object.keys(properties)): JsonSchema {
  return { type: 'object', properties, required }
}
