import { createHash } from 'node:crypto'
import { globSync, readFileSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { matchesIn, secretPatterns, secretsIn } from './secret-patterns.ts'

const rootDir = resolve(import.meta.dirname, '../..')

const ignoredFolders = readFileSync(join(rootDir, '.gitignore'), 'utf8')
  .split('\n')
  .filter((line) => line.endsWith('/'))
  .map((line) => line.slice(0, -1))

const files = globSync('**/{*,.*,.*/**/*}', {
  cwd: rootDir,
  exclude: (path) => ['.git', ...ignoredFolders].includes(basename(path)),
}).filter((path) => statSync(join(rootDir, path)).isFile())

/** Made up for tests: file, kind and the start of the SHA-256 of the text. */
const examples = [
  'localstack/embedded/test/lambda/deployment.int.ts: access key of AWS 1a5d44a2',
  'test/domain/put-webhook.unit.ts: webhook secret c371e6d4',
  'test/fixtures/stored-rows/v1.ndjson: webhook secret 72a8a01f',
  'test/notifications/webhooks.unit.ts: password in a URL 4137a249',
  'test/notifications/webhooks.unit.ts: password in a URL d825b6fe',
]

const letters = (count: number, alphabet = 'aB3') => alphabet.repeat(count).slice(0, count)

/** Made here, so that this file holds none. */
const samples: Record<keyof typeof secretPatterns, string> = {
  'access key of AWS': `AKIA${letters(16, 'AB12')}`,
  'secret key of AWS': `AWS_SECRET_ACCESS_KEY=${letters(40)}`,
  'private key': `-----BEGIN RSA ${'PRIVATE'} KEY-----`,
  'private JSON Web Key': JSON.stringify({ kty: 'RSA', d: letters(43) }),
  'JSON Web Token': `Authorization: Bearer eyJ${letters(30)}.eyJ${letters(30)}.${letters(30)}`,
  'webhook secret': `whsec_${letters(43)}=`,
  'presigned URL': `https://bucket.example.com/key?X-Amz-Signature=${letters(64, 'a1')}`,
  'password in a URL': `postgres://${letters(6)}:${letters(9)}@db.example.com/x`,
  'token of GitHub': `ghp_${letters(36)}`,
  'token of npm': `//registry.example.com/:_authToken=npm_${letters(36)}`,
  'token of Slack': `xoxb-${letters(24)}`,
  'key of Stripe': `sk_live_${letters(24)}`,
  'key of Google': `AIza${letters(35)}`,
}

describe('the scan for secrets', () => {
  it.each(Object.keys(secretPatterns))('finds a planted %s, and nothing else in its place', (kind) => {
    expect(secretsIn(`some text\n${samples[kind]}\nmore text`)).toEqual([kind])
  })

  it('reads the files of every folder, those of hidden folders too', () => {
    for (const path of [
      'README.md',
      '.npmrc',
      '.ci/run',
      'infra/app.ts',
      'package-lock.json',
      'test/fixtures/tokens.ts',
    ])
      expect(files).toContain(path)
  })
})

describe('the repository', () => {
  it('holds no secret but those made up for tests', () => {
    const found = files.flatMap((path) =>
      matchesIn(readFileSync(join(rootDir, path), 'latin1')).map(
        ({ kind, text }) => `${path}: ${kind} ${createHash('sha256').update(text).digest('hex').slice(0, 8)}`,
      ),
    )
    expect(found.toSorted()).toEqual(examples)
  })
})
