import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const rootDir = join(import.meta.dirname, '../..')

describe('what runs on the embedded stack', () => {
  it('imports the package by its entry points, not by its files', () => {
    const folders = '{app,commands,domain,functions,gateways,infra,localstack/steadfast,proof,sagas,scenarios,tables}'
    const sources = globSync(`${folders}/**/*.ts`, { cwd: rootDir })
    const texts = sources.map((path) => ({ path, text: readFileSync(join(rootDir, path), 'utf8') }))
    expect(texts.filter(({ text }) => text.includes("'embedded-aws")).length).toBeGreaterThan(10)
    expect(
      texts.filter(({ text }) => /'(\.\.\/)+(localstack\/)?embedded\//.test(text)).map(({ path }) => path),
    ).toEqual([])
  })
})
