import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { invariants } from '../../proof/check/invariants.ts'
import { writeActions } from '../../proof/schema/access.ts'
import { badStates } from '../../proof/schema/bad-states.ts'
import { SendCounter } from '../../tables/send-quota.ts'
import { EmailOwner } from '../../tables/users.ts'
import { readPage, rootDir } from '../docs/markdown.ts'
import { hasTitle } from '../docs/test-titles.ts'
import { grantsOf } from '../infra/grants.ts'

const page = readPage('docs/schema.md')

describe('the bad states of docs/schema.md', () => {
  it.each(badStates)('name a test that exists, by its title: $state', ({ tests }) => {
    expect(tests.length).toBeGreaterThan(0)
    expect(tests.filter(([title, file]) => !existsSync(join(rootDir, file)) || !hasTitle(file, title))).toEqual([])
  })

  it('name invariants that exist', () => {
    const named = badStates.flatMap(({ detected = '' }) =>
      [...detected.matchAll(/\d+/g)].map(([number]) => Number(number)),
    )
    const known = new Set(invariants.map(({ number }) => number))
    expect(named.length).toBeGreaterThan(10)
    expect(named.filter((number) => !known.has(number))).toEqual([])
  })
})

describe('the functions that docs/schema.md lets write a table', () => {
  it('are those whose synthesized roles allow it', () => {
    const written = [
      ...page.matchAll(/^## (\w+)\n\n\| may \| functions \|\n\| --- \| --- \|\n((?:\|.*\n)+)/gm),
    ].flatMap(([, table = '', rows = '']) =>
      [...rows.matchAll(/^\| `(\w+)` \| (.*) \|$/gm)].flatMap(([, action = '', names = '']) =>
        names.split(', ').map((name) => `${name} ${action} ${table}`),
      ),
    )
    const actions: readonly string[] = writeActions
    const allowed = grantsOf('prod').flatMap(({ role, action, resource }) => {
      const name = action.replace('dynamodb:', '')
      return actions.includes(name) ? [`${role} ${name} ${resource}`] : []
    })
    expect(written.length).toBeGreaterThan(50)
    expect([...new Set(written)].toSorted()).toEqual([...new Set(allowed)].toSorted())
  })
})

describe('a constraint that the schema review asked for', () => {
  it('refuses an e-mail address whose owner is no user id', () => {
    expect(EmailOwner.safeParse({ userId: 'carla' }).success).toBe(true)
    expect(EmailOwner.safeParse({ userId: 'TENANT#other' }).success).toBe(false)
  })

  it('refuses a send counter of an hour before there were hours', () => {
    expect(SendCounter.safeParse({ hour: 492_324, used: 1 }).success).toBe(true)
    expect(SendCounter.safeParse({ hour: -1, used: 1 }).success).toBe(false)
  })
})
