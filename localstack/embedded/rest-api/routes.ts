import type { RestMethodModel } from '../template/model.ts'

/** The method that a request reached, with its path parameters as they were sent: API Gateway does not decode them. */
export interface Route {
  method: RestMethodModel
  pathParameters: Record<string, string>
}

/** Finds the method for a request, or nothing when no resource fits or the resource has no such method. */
export type FindRoute = (httpMethod: string, path: string) => Route | undefined

/**
 * Routes as API Gateway REST APIs do: the most specific resource wins, segment by segment (a literal before `{name}` before
 * `{name+}`), and only then is its method looked up. A slash at the end does not matter.
 */
export function createRoutes(methods: RestMethodModel[]): FindRoute {
  const resources = [...Map.groupBy(methods, ({ resourcePath }) => resourcePath)]
    .map(([resourcePath, own]) => ({ segments: segmentsOf(resourcePath), methods: own }))
    .sort((left, right) => compare(left.segments, right.segments))

  return (httpMethod, path) => {
    const parts = segmentsOf(path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path)
    for (const { segments, methods: own } of resources) {
      const pathParameters = match(segments, parts)
      if (!pathParameters) continue
      const method = own.find((one) => one.httpMethod === httpMethod) ?? own.find((one) => one.httpMethod === 'ANY')
      return method && { method, pathParameters }
    }
    return undefined
  }
}

function segmentsOf(path: string): string[] {
  return path === '/' ? [] : path.slice(1).split('/')
}

const greedy = /^\{([^}]+)\+\}$/
const variable = /^\{([^}+]+)\}$/

function match(segments: string[], parts: string[]): Record<string, string> | undefined {
  const pathParameters: Record<string, string> = {}
  for (const [index, segment] of segments.entries()) {
    const rest = greedy.exec(segment)?.[1]
    if (rest !== undefined) {
      const value = parts.slice(index).join('/')
      return value === '' ? undefined : { ...pathParameters, [rest]: value }
    }
    const part = parts[index]
    if (part === undefined) return undefined
    const name = variable.exec(segment)?.[1]
    if (name === undefined ? part !== segment : part === '') return undefined
    if (name !== undefined) pathParameters[name] = part
  }
  return segments.length === parts.length ? pathParameters : undefined
}

function compare(left: string[], right: string[]): number {
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const difference = rank(left[index]) - rank(right[index])
    if (difference !== 0) return difference
  }
  return 0
}

function rank(segment: string | undefined): number {
  if (segment === undefined) return 3
  if (greedy.test(segment)) return 2
  return variable.test(segment) ? 1 : 0
}
