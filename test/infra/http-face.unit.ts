import { existsSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { functionNamesOf, httpFunctions } from '../../app/functions.ts'
import type { Endpoint } from '../../app/http/endpoint.ts'
import { problems } from '../../app/http/problem.ts'
import { gatewayProblems } from '../../infra/constructs/gateway-responses.ts'
import { resourcesOf, stageNames } from './synthesized.ts'

const functionsDir = resolve(import.meta.dirname, '../../functions')
const known: Record<string, readonly [number, string, boolean?]> = problems

describe("the gateway's own errors", () => {
  const [stage = 'local'] = stageNames
  const responses = resourcesOf(stage, 'AWS::ApiGateway::GatewayResponse').map(({ Properties }) => Properties)

  it('are problems like those of the functions: same type, same title, same status', () => {
    for (const { body } of Object.values(gatewayProblems)) {
      const [status, title, retryable = false] = known[body.type.replace('https://steadfast.dev/problems/', '')] ?? []
      expect([body.status, body.title, body.retryable]).toEqual([status, title, retryable])
    }
  })

  it('carry a correlation id, say what to wait for, and are problem+json', () => {
    expect(responses).toHaveLength(Object.keys(gatewayProblems).length)
    for (const { ResponseParameters, ResponseTemplates, StatusCode } of responses) {
      const { 'application/json': template } = ResponseTemplates as Record<string, string>
      const body = JSON.parse(template ?? '{}')
      expect(String(body.status)).toBe(StatusCode)
      expect(ResponseParameters).toMatchObject({
        'gatewayresponse.header.Content-Type': "'application/problem+json'",
        'gatewayresponse.header.X-Correlation-Id': 'context.requestId',
        ...(body.retryable && { 'gatewayresponse.header.Retry-After': "'1'" }),
      })
    }
  })

  it('put nothing of the request into a body: a path or header could break its JSON', () => {
    for (const { ResponseTemplates } of responses)
      expect(JSON.stringify(ResponseTemplates).match(/\$\w+\.\w+/g)).toEqual(['$context.requestId'])
  })
})

describe('the list of functions', () => {
  const folders = readdirSync(functionsDir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(functionsDir, entry.name, 'handler.ts')))
    .map(({ name }) => name)

  it('has each folder that has a handler, and no other', () => {
    expect(folders.sort()).toEqual(functionNamesOf({ malwareScan: 'guardduty' }).sort())
  })

  it.each(Object.entries(httpFunctions))('sends to %s the requests that it answers', async (name, { route }) => {
    const module: Record<string, Partial<Endpoint>> = await import(join(functionsDir, name, `${name}.ts`))
    const operations = Object.values(module).flatMap(({ operation }) => operation ?? [])
    expect(operations).toEqual([route])
  })
})
