import { describe, expect, it } from 'vitest'
import { httpFunctions } from '../../app/functions.ts'
import { problems } from '../../app/http/problem.ts'
import { getOpenapi } from '../../functions/get-openapi/get-openapi.ts'
import { Api } from '../fixtures/api.ts'

interface Operation {
  operationId: string
  security?: unknown[]
  parameters?: { in: string; name: string; required?: boolean }[]
  requestBody?: { content: Record<string, { schema: Record<string, unknown> }> }
  responses: Record<string, { $ref?: string; headers?: Record<string, unknown>; content?: Record<string, unknown> }>
}

async function document() {
  const response = await new Api().send(getOpenapi, {})
  expect(response).toMatchObject({ status: 200, headers: { 'Content-Type': 'application/json' } })
  const { paths, components, openapi } = response.json as unknown as {
    openapi: string
    paths: Record<string, Record<string, Operation>>
    components: Record<string, Record<string, Record<string, unknown>>>
  }
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      method,
      operation,
    })),
  )
  return { text: response.text, openapi, components, operations }
}

describe('the OpenAPI document', () => {
  it('describes exactly the routes that are deployed', async () => {
    const { openapi, operations } = await document()
    expect(openapi).toBe('3.1.0')
    const deployed = Object.values(httpFunctions).map(({ route }) => route)
    expect(operations.map(({ name }) => name).toSorted()).toEqual(deployed.toSorted())
    expect(new Set(operations.map(({ operation }) => operation.operationId)).size).toBe(operations.length)
  })

  it('requires an Idempotency-Key and offers If-Match on every write, and on no read', async () => {
    const { operations } = await document()
    for (const { name, method, operation } of operations) {
      const headers = (operation.parameters ?? []).filter((parameter) => parameter.in === 'header')
      const key = headers.find((header) => header.name === 'Idempotency-Key')
      expect([name, key?.required]).toEqual([name, method === 'get' ? undefined : true])
      expect([name, headers.some((header) => header.name === 'If-Match')]).toEqual([name, method !== 'get'])
    }
  })

  it('describes the response headers and the problems of each operation', async () => {
    const { operations, components } = await document()
    for (const { name, method, operation } of operations) {
      const success = Object.entries(operation.responses).find(([status]) => status.startsWith('2'))
      const headers = Object.keys(success?.[1].headers ?? {})
      const expected = method === 'get' ? ['X-Correlation-Id'] : ['X-Correlation-Id', 'ETag', 'Idempotent-Replayed']
      expect([name, expected.filter((header) => !headers.includes(header))]).toEqual([name, []])
      const statuses = Object.keys(operation.responses)
      const met =
        method === 'get' ? ['500', '503'] : ['400', '401', '403', '404', '409', '412', '413', '422', '429', '503']
      expect([name, met.filter((status) => !statuses.includes(status))]).toEqual([name, []])
    }
    const created = operations.flatMap(({ name, operation }) =>
      ['201', '202'].flatMap((status) => {
        const headers = operation.responses[status]?.headers
        return headers && !('Location' in headers) ? [name] : []
      }),
    )
    expect(created).toEqual([])
    expect(components.responses?.Problem412).toMatchObject({ headers: { ETag: {}, 'X-Correlation-Id': {} } })
    const types = Object.keys(problems).map((slug) => `https://steadfast.dev/problems/${slug}`)
    expect(components.schemas?.Problem).toMatchObject({ properties: { type: { enum: types } } })
    expect(components.securitySchemes?.bearer).toMatchObject({ type: 'http', scheme: 'bearer' })
  })

  it('requires a token for every operation except reading the document', async () => {
    const { operations } = await document()
    const open = operations.filter(({ operation }) => operation.security?.length === 0)
    expect(open.map(({ name }) => name)).toEqual(['GET /openapi.json'])
  })

  it('is generated from the schemas that validate requests', async () => {
    const { operations, text } = await document()
    const create = operations.find(({ name }) => name === 'POST /tickets')
    expect(create?.operation.requestBody?.content['application/json']?.schema).toMatchObject({
      required: ['title', 'body'],
      additionalProperties: false,
      properties: {
        title: { minLength: 1, maxLength: 200 },
        body: { maxLength: 32_768 },
        priority: { default: 'normal' },
      },
    })
    for (const [, name = ''] of text.matchAll(/"#\/components\/(\w+\/\w+)"/g)) {
      const [kind = '', id = ''] = name.split('/')
      expect(JSON.parse(text).components[kind]).toHaveProperty(id)
    }
  })
})
