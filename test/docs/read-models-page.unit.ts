import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { httpFunctions, subscribers } from '../../app/functions.ts'
import { reflectedWithinMs } from '../../app/views/view-reader.ts'
import { viewNames } from '../../domain/view-catalog.ts'
import { queueAgeAlarmSeconds } from '../../infra/limits.ts'
import { invariants } from '../../proof/check/invariants.ts'
import { endpoints } from '../../proof/openapi/endpoints.ts'
import { readPage, rootDir } from './markdown.ts'

const page = readPage('docs/read-models.md')
const rows = [
  ...page.matchAll(/^\| `([\w-]+)` \| (.+?) \| \[`(.+?)`\].*? \| (.+?) \| `(.+?)` \| `(.+?)` \| (.+?) \| (.+?) \|$/gm),
].map(([, view = '', source = '', owner = '', fresh = '', update = '', rebuild = '', drift = '', consumers = '']) => {
  return { view, source, owner, fresh, update, rebuild, drift, consumers: consumers.match(/GET \/[\w-]+/g) ?? [] }
})

describe('the page of read models', () => {
  it('has a row for each read model, and for no other', () => {
    expect(rows.map(({ view }) => view).toSorted()).toEqual([...viewNames].toSorted())
  })

  it('names for every endpoint that answers from one at least one read model, and no other endpoint', () => {
    const answering = endpoints.filter(({ success }) => success.isView).map(({ operation }) => operation)
    expect(new Set(rows.flatMap(({ consumers }) => consumers))).toEqual(new Set(answering))
  })

  it.each(rows)('names the file that projects $view, which is followed by its function', ({ view, owner, update }) => {
    expect(existsSync(join(rootDir, owner))).toBe(true)
    expect(readFileSync(join(rootDir, owner), 'utf8')).toContain(`view: '${view}'`)
    expect(Object.keys(subscribers)).toContain(update)
  })

  it.each(rows)('names the functions that read $view', ({ view, consumers }) => {
    const names = Object.entries(httpFunctions).filter(([, { route }]) => consumers.some((each) => each === route))
    expect(names.length).toBe(consumers.length)
    const readers = names.filter(([name]) => {
      const source = readFileSync(join(rootDir, 'functions', name, `${name}.ts`), 'utf8')
      return source.includes(`view: '${view}'`) || (view === 'stats' && /read(Stats|ViewState)\(/.test(source))
    })
    expect(readers).toHaveLength(consumers.length)
  })

  it.each(rows)(
    'gives the command that rebuilds $view, the invariants that compare it and the age of its alarm',
    (row) => {
      expect(row.rebuild).toBe(`npm run rebuild -- ${row.view}`)
      const numbers = [...row.drift.matchAll(/\d+/g)].map(([number]) => Number(number))
      expect(numbers).toContain(23)
      for (const number of numbers) expect(invariants.map((each) => each.number)).toContain(number)
      expect(row.fresh).toContain(`${queueAgeAlarmSeconds} s at most before an alarm`)
    },
  )

  it('names the bound of the wait', () => {
    expect(page).toContain(`waits up to ${reflectedWithinMs / 1_000} seconds`)
  })
})
