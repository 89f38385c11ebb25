import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { deploymentStep, targetsPage, testedTargets } from '../../proof/pages/targets-page.ts'
import { divergences, missing } from '../../proof/targets/divergences.ts'
import type { TargetOutcome } from '../../proof/targets/report.ts'
import { rootDir } from './markdown.ts'

const read = (path: string) => readFileSync(join(rootDir, path), 'utf8')

const suite = 'LocalStack > a ticket'
const tests: TargetOutcome[] = [
  { suite: 'LocalStack', name: deploymentStep, state: 'passed', seconds: 41.6 },
  { suite, name: 'takes effect once', state: 'passed', seconds: 1 },
  { suite, name: 'compensates', state: 'skipped', reason: 'no mail sink', seconds: 0 },
  { suite: 'Embedded > a ticket', name: 'takes effect once', state: 'passed', seconds: 1 },
  { suite: 'MiniStack > a ticket', name: 'takes effect once', state: 'failed', seconds: 1 },
]

describe('the page of targets', () => {
  const page = targetsPage({ ranOn: '2026-11-28', node: '24.21.0', tests })

  it('counts what passed, failed and was skipped on each target, with the time of its deployment', () => {
    expect(page).toMatch(/^\| LocalStack \| .+ \| 2 \| 0 \| 1 \| 42 s \|$/m)
    expect(page).toMatch(/^\| MiniStack \| .+ \| 0 \| 1 \| 0 \| {2}\|$/m)
  })

  it('has a row for each promise: shown, skipped for a reason, failed, or no step of that target; a step with its time', () => {
    expect(page).toContain('| a ticket takes effect once | ✓ | ✓ | failed |')
    expect(page).toContain('| a ticket compensates |  | no mail sink |  |')
    expect(page).toContain(`| a target ${deploymentStep} |  | ✓ 42 s |  |`)
  })

  it('shows each reason to skip, and each difference from AWS with its source', () => {
    for (const targets of Object.values(missing))
      for (const reason of Object.values(targets)) expect(page).toContain(`| ${reason} |`)
    for (const { what, so, source } of divergences) expect(page).toContain(`| ${what} | ${so} | ${source} |`)
  })

  it('names the releases that are installed', () => {
    const [, ministack] = /^ministack==(\S+)$/m.exec(read('localstack/host/ministack/requirements.txt')) ?? []
    const [, localstack] = /^localstack-core==(\S+)$/m.exec(read('localstack/host/requirements.txt')) ?? []
    const names = testedTargets.map(({ is }) => is)
    expect(names).toContain(`MiniStack ${ministack}`)
    expect(names).toContain(`LocalStack ${localstack} without Docker, \`npm run localstack\``)
  })
})
