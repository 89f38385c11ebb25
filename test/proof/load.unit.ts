import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'hdr-histogram-js'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { gatherEvidence } from '../../proof/check/evidence.ts'
import { isRetryable } from '../../proof/load/attempt.ts'
import { readConversations } from '../../proof/load/conversation.ts'
import { judgeRun } from '../../proof/load/verdict.ts'
import { MemoryStore } from '../../tables/memory-store.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'steadfast-load-'))
})
afterEach(() => {
  rmSync(dir, { recursive: true })
})

describe('the input of a load run', () => {
  const messages = [{ author: 'customer-1', at: null, text: 'Hello?' }]

  function read(...lines: unknown[]) {
    const file = join(dir, 'input.ndjson')
    writeFileSync(file, lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'))
    return readConversations(file)
  }

  it('is one conversation per line, with a tenant and messages', () => {
    expect(read({ tenant: 'acme', messages }, '', { tenant: 'globex', messages })).toHaveLength(2)
  })

  it.each([
    ['an empty file', [''], /input\.ndjson contains no conversations$/],
    ['a line that is not JSON', ['{}{'], /input\.ndjson:1 is not a conversation: /],
    [
      'a message without text',
      [
        { tenant: 'acme', messages },
        { tenant: 'acme', messages: [{ author: 'agent-1' }] },
      ],
      /:2 is not a conversation: messages\.0\.text: /,
    ],
    ['an invalid tenant', [{ tenant: 'a#b', messages }], /:1 is not a conversation: tenant: /],
  ])('is refused with the line and the member that are wrong: %s', (_, lines, error) => {
    expect(() => read(...lines)).toThrow(error)
  })
})

describe('a response to a copy of a load run', () => {
  it.each([
    ["the API's refusal", 409, '{"retryable":false}', false],
    ["the API's request to come again", 503, '{"retryable":true}', true],
    ['an error of which the API says that a retry does not help', 500, '{"retryable":false}', false],
    ["a gateway's 502, whose outcome is unknown", 502, '{"message":"Internal server error"}', true],
    ["a gateway's 504, whose outcome is unknown", 504, '{"message":"Endpoint request timed out"}', true],
    ['an empty 500', 500, '', true],
    ['a 503 that is JSON but no object', 503, 'null', true],
    ["a gateway's limit", 429, '{"message":"Too Many Requests"}', true],
    ["a gateway's refusal", 403, '{"message":"Missing Authentication Token"}', false],
    ["a proxy's page", 404, '<html>', true],
    ['a success', 201, '{}', false],
  ])('is retried with the same key unless it is final: %s', (_, status, body, isWorthARetry) => {
    expect(isRetryable(status, body)).toBe(isWorthARetry)
  })
})

describe('the latency percentiles of a load run', () => {
  it('are in order, and none exceeds the longest measured latency', async () => {
    const latency = build({ numberOfSignificantValueDigits: 3 })
    for (let n = 1; n <= 50; n++) latency.recordValue(6_463_800 + n)
    const run = { results: [], reads: [], attempts: 0, seconds: 1, latency }
    const { p50, p90, p99, max } = judgeRun(run, 1, await gatherEvidence(new MemoryStore(), 0), [], 0).latencyMs
    expect([p50, p90, p99, max]).toEqual([p50, p90, p99, max].toSorted((a, b) => a - b))
    expect(max).toBe(6463.9)
  })
})
