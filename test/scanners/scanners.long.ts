import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { acceptedFindings } from '../infra/accepted-findings.ts'
import { covers, nagFindings, unanswered } from '../infra/nag.ts'
import { stageNames, templatesOf, type Variant } from '../infra/synthesized.ts'
import { installScanner } from './install.ts'

// Scanners that others wrote, over the templates of every stage and of production with everything that can be chosen.
const rootDir = resolve(import.meta.dirname, '../..')
const withOwnKey = 'prod with its own key'
const variants: Variant[] = [...stageNames, withOwnKey, 'prod with its own users']
/** Checkov takes seconds per stage, and dev and staging differ from prod in numbers only (stage-differences.unit.ts). */
const checked: Variant[] = variants.filter((variant) => variant !== 'dev' && variant !== 'staging')

const templatesDir = mkdtempSync(join(tmpdir(), 'steadfast-scanned-'))
afterAll(() => rmSync(templatesDir, { recursive: true }))
const folderOf = (variant: Variant) => variant.replaceAll(' ', '-')
const files = variants.flatMap((variant) =>
  Object.entries(templatesOf(variant)).map(([stack, template]) => {
    const group = checked.includes(variant) ? 'checked' : 'others'
    const file = join(templatesDir, group, folderOf(variant), `${stack}.template.json`)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, JSON.stringify(template, null, 2))
    return file
  }),
)

function run(bin: string, args: string[]): { stdout: string; stderr: string } {
  const python = join(bin, 'python')
  return spawnSync(python, [join(bin, args[0] ?? ''), ...args.slice(1)], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    timeout: 600_000,
  })
}

const installMs = 600_000
const cfnLint = await installScanner('cfn-lint')
const checkov = await installScanner('checkov')

describe('cfn-lint', () => {
  it('finds nothing in the templates of any stage', { timeout: installMs }, ({ skip }) => {
    if ('missing' in cfnLint) return skip(cfnLint.missing)
    // W3005: a dependency that a reference implies. CDK writes it for every function and its role.
    const { stdout, stderr } = run(cfnLint.bin, [
      'cfn-lint',
      '--format=parseable',
      '--ignore-checks=W3005',
      '--',
      ...files,
    ])
    expect(stdout + stderr).toBe('')
  })
})

// Two of the stages are checked in the short run, too (test/infra/static-analysis.unit.ts).
describe.each(variants)("cdk-nag's AwsSolutions pack on %s", (variant) => {
  const { findings, brokenRules } = nagFindings(variant)

  it('can evaluate each of its rules, and finds nothing but what is accepted with a reason', () => {
    expect(findings).not.toEqual([])
    expect([unanswered(findings), brokenRules]).toEqual([[], []])
  })

  it('still finds what is accepted for this choice', () => {
    const accepted = acceptedFindings.filter(({ onlyIn }) => onlyIn === variant)
    expect(accepted.filter((each) => !findings.some((finding) => covers(each, finding)))).toEqual([])
  })
})

interface Failed {
  check_id: string
  check_name: string
  file_abs_path: string
}

/** Checks that fail, by variant. */
function failedChecks(bin: string): Map<string, Set<string>> {
  const { stdout, stderr } = run(bin, [
    ...['checkov', '--directory', join(templatesDir, 'checked'), '--framework', 'cloudformation'],
    ...['--compact', '--quiet', '--skip-download', '--output', 'json'],
  ])
  const report = JSON.parse(stdout || `"${stderr}"`) as { results: { failed_checks: Failed[] }; summary: unknown }
  expect(report.summary).toMatchObject({ parsing_errors: 0 })
  const found = new Map<string, Set<string>>()
  for (const { check_id, file_abs_path } of report.results.failed_checks) {
    const variant = file_abs_path.split('/').at(-2) ?? ''
    found.set(variant, (found.get(variant) ?? new Set()).add(check_id))
  }
  return found
}

/** The table of docs/scanners.md: checks with their answers. */
const answers = [...readFileSync(join(rootDir, 'docs/scanners.md'), 'utf8').matchAll(/^\| (CKV\w+) \|.*\| (.+) \|$/gm)]
const answered = (pattern: RegExp) => answers.filter(([, , answer = '']) => pattern.test(answer)).map(([, id]) => id)

describe('checkov', () => {
  it('finds nothing that docs/scanners.md does not answer, and the page answers nothing else', {
    timeout: installMs,
  }, ({ skip }) => {
    if ('missing' in checkov) return skip(checkov.missing)
    const found = failedChecks(checkov.bin)
    expect([...found.keys()].sort()).toEqual(checked.map(folderOf).sort())
    const ids = [...new Set([...found.values()].flatMap((checks) => [...checks]))]
    expect(ids.sort()).toEqual(answered(/./).sort())
    // What a key of the account mends is gone where there is one.
    const left = found.get(folderOf(withOwnKey)) ?? new Set()
    expect(answered(/encryptionKey=customer/).filter((id) => id && left.has(id))).toEqual([])
  })
})
