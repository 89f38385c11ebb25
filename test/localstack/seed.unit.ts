import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseSeed, readSeed } from '../../localstack/steadfast/seed/read-seed.ts'

const seed = (ticket = '', users = '      - { id: ada, role: admin }') =>
  `tenants:\n  - tenant: acme\n    users:\n${users}\n    tickets:\n      - by: ada\n        title: Help\n        body: Now.\n${ticket}`

describe('a seed file', () => {
  it('is YAML or JSON', () => {
    const expected = {
      tenants: [
        {
          tenant: 'acme',
          users: [{ id: 'ada', role: 'admin' }],
          tickets: [{ by: 'ada', title: 'Help', body: 'Now.', comments: [], transitions: [] }],
        },
      ],
    }
    expect(parseSeed(seed(), 'seed.yaml')).toEqual(expected)
    expect(parseSeed(JSON.stringify(expected), 'seed.json')).toEqual(expected)
  })

  it.each([
    [
      'a value that the API refuses',
      seed('        priority: hihg\n'),
      /^f:9: tenants\[0\]\.tickets\[0\]\.priority: .*"low"\|"normal"\|"high"\|"urgent"; it is "hihg"$/,
    ],
    [
      'a field that there is not',
      seed('        prio: high\n'),
      /^f:9: tenants\[0\]\.tickets\[0\]\.prio: no such field$/,
    ],
    [
      'a field that is missing',
      seed().replace('        title: Help\n', ''),
      /^f:6: tenants\[0\]\.tickets\[0\]\.title: is missing$/,
    ],
    [
      'a value of another type',
      seed().replace('Help', '7'),
      /^f:7: tenants\[0\]\.tickets\[0\]\.title: .*expected string/,
    ],
    [
      'a user who is not listed',
      seed('        assignee: bob\n'),
      /^f:9: .*\.assignee: expected one of the tenant's users: ada; it is "bob"$/,
    ],
    [
      'a user who is listed twice',
      seed('', '      - { id: ada, role: admin }\n      - { id: ada, role: agent }'),
      /^f:5: .*users\[1\]\.id: is in the list already/,
    ],
    [
      'a tenant without an admin',
      seed('', '      - { id: ada, role: agent }'),
      /^f:4: tenants\[0\]\.users: expected a user whose role is admin/,
    ],
    ['no tenants', '{}', /^f:1: tenants: is missing$/],
    ['nothing', '', /^f:1: Invalid input: expected object/],
    ['text that is no YAML', 'tenants:\n  - tenant: "acme\n', /^f:\d: not valid YAML or JSON: /],
    [
      'aliases that multiply',
      `a: &a [x]\n${[...'bcdefghi'].map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[index]}`)}]`).join('\n')}\n`,
      /^f: Excessive alias count/,
    ],
    ['several mistakes', seed('        prio: high\n        assignee: [bob]\n'), /\(and 1 more\)$/],
  ])('with %s is refused in one line that says where, what and what is expected', (_, text, expected) => {
    expect(() => parseSeed(text, 'f')).toThrow(expected)
  })

  it('is the sample data, and the example of the page about it', () => {
    const samples = readSeed('localstack/steadfast/seed/samples.yaml')
    expect(samples.tenants.map(({ tenant }) => tenant)).toEqual(['acme', 'globex'])
    const [, example = ''] = /```yaml\n(.*?)```/s.exec(readFileSync('docs/seed-files.md', 'utf8')) ?? []
    expect(parseSeed(example, 'example').tenants[0]?.tickets[0]).toMatchObject({ by: 'cleo', priority: 'high' })
  })

  it('that is not there is refused', () => {
    expect(() => readSeed('no-such.yaml')).toThrow("The seed file no-such.yaml can't be read: there is no such file")
  })
})
