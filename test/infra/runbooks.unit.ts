import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import * as logs from '@aws-sdk/client-cloudwatch-logs'
import * as dynamodb from '@aws-sdk/client-dynamodb'
import * as s3api from '@aws-sdk/client-s3'
import * as stepfunctions from '@aws-sdk/client-sfn'
import * as sqs from '@aws-sdk/client-sqs'
import { describe, expect, it } from 'vitest'
import { httpFunctions } from '../../app/functions.ts'
import { pascalCase } from '../../infra/constructs/names.ts'
import { runbookNames, runbookOf, runbookPath } from '../../infra/runbooks.ts'

const repository = resolve(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(resolve(repository, path), 'utf8')
const clients: Record<string, object> = { dynamodb, logs, s3api, sqs, stepfunctions }
const found = (text: string, pattern: RegExp) =>
  [...text.matchAll(pattern)].map(([, first = '', second = '']) => [first, second])

describe('the runbooks', () => {
  it('are a page for each kind of alarm, and none is for nothing', () => {
    const files = readdirSync(resolve(repository, 'docs/runbooks')).filter((file) => file !== 'README.md')
    expect(files.toSorted()).toEqual(runbookNames.map((name) => `${name}.md`).toSorted())
  })

  it('cannot be missing: an alarm without one stops the synthesis', () => {
    expect(() => runbookOf('SomethingNew')).toThrow(/has no runbook/)
  })
})

// That the npm scripts of every page exist is in test/docs/commands.unit.ts.
describe.each(runbookNames)('the runbook %s', (name) => {
  const text = read(runbookPath(name))

  it('says what users notice, the first question, and when it is done, on one page', () => {
    expect(text).toMatch(/^# \S.*\n\n\*\*Users:\*\* .*\n\n\*\*First question:\*\* .*\?\n/)
    expect(text).toContain('\n**Done when:** ')
    expect(text.split('\n').length).toBeLessThan(60)
  })

  it('names operations of AWS that exist', () => {
    for (const [service = '', operation = ''] of found(text, /\baws ([a-z0-9]+) ([a-z-]+)/g))
      expect(clients[service], `aws ${service} ${operation}`).toHaveProperty(`${pascalCase(operation)}Command`)
  })

  it('names routes that the API has', () => {
    const routes = Object.values(httpFunctions).map(({ route }) => route)
    for (const [method = '', path = ''] of found(text, /\b(GET|POST|PUT|DELETE) (\/[\w/{}-]+)/g))
      expect(routes).toContain(`${method} ${path}`)
  })

  it('links to pages that exist', () => {
    for (const [target = ''] of found(text, /\]\(([^)]+)\)/g))
      expect(existsSync(resolve(repository, 'docs/runbooks', target)), target).toBe(true)
  })
})
