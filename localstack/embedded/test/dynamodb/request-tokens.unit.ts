import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openRequestTokens } from '../../dynamodb/request-tokens.ts'
import { ownFolder } from './own-dynamodb.ts'

const minuteMs = 60_000

describe('a remembered request token', () => {
  it('survives a restart and is forgotten 10 minutes after its transaction finished', () => {
    const path = join(ownFolder(), 'tokens.db')
    let nowMs = 1_000_000
    const first = openRequestTokens(path, () => nowMs)
    const begun = first.begin('T', { TransactItems: [1] })
    if (begun.kind === 'first') begun.finish(true)
    first.close()

    const second = openRequestTokens(path, () => nowMs)
    nowMs += 10 * minuteMs - 1
    expect(second.begin('T', { TransactItems: [1] }).kind).toBe('repeated')
    expect(() => second.begin('T', { TransactItems: [2] })).toThrow('non-identical request')
    nowMs += 1
    expect(second.begin('T', { TransactItems: [2] }).kind).toBe('first')
    second.close()
  })

  it('matches the same content in any order of members, whatever the response should contain', () => {
    const tokens = openRequestTokens(join(ownFolder(), 'tokens.db'), () => 1)
    const begun = tokens.begin('T', { a: { x: 1, y: [1, 2] }, b: 1 })
    if (begun.kind === 'first') begun.finish(true)
    expect(tokens.begin('T', { b: 1, a: { y: [1, 2], x: 1 }, ReturnConsumedCapacity: 'TOTAL' }).kind).toBe('repeated')
    expect(() => tokens.begin('T', { b: 1, a: { y: [2, 1], x: 1 } })).toThrow('non-identical request')
    tokens.close()
  })
})
