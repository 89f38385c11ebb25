import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { awsStageNames } from '../../infra/stages.ts'
import { commandSource } from './command-source.ts'

const rootDir = resolve(import.meta.dirname, '../..')
const read = (file: string) => readFileSync(join(rootDir, file), 'utf8')
const workflow = read('docs/examples/deploy.yml')
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }

/** The text of each job by its name: jobs are indented by two spaces, what is in them by more. */
const jobs = Object.fromEntries(
  [...(workflow.split('\njobs:\n')[1] ?? '').matchAll(/^ {2}(\w+):\n((?: {4}.*\n|\n)*)/gm)].map(([, name, text]) => [
    name,
    text,
  ]),
) as Record<string, string>
const usesOf = (text: string) => [...text.matchAll(/uses: (.+)/g)].map(([, used = '']) => used)
const commandsOf = (text: string) => [...text.matchAll(/run: (npm .+)/g)].map(([, command = '']) => command)

describe('the workflow for GitHub Actions', () => {
  it('tests, deploys to dev, tests there, and promotes to staging and prod, one after the other', () => {
    expect(Object.keys(jobs)).toEqual(['test', ...awsStageNames])
    const needs = Object.values(jobs).map((text) => /^ {4}needs: (\w+)$/m.exec(text)?.[1])
    expect(needs).toEqual([undefined, 'test', 'dev', 'staging'])
    expect(commandsOf(jobs.test ?? '')).toEqual(['npm ci', 'npm test', 'npm run test:long'])
    const names = (text = '') => commandsOf(text).map((command) => /^npm (?:run )?(\w+)/.exec(command)?.[1])
    expect(names(jobs.dev)).toEqual(['ci', 'deploy', 'e2e', 'check'])
    expect([names(jobs.staging), names(jobs.prod)]).toEqual([
      ['ci', 'deploy'],
      ['ci', 'deploy'],
    ])
  })

  it('pins every action to a commit and names its version: a tag can be moved to other code', () => {
    expect(usesOf(workflow).length).toBeGreaterThan(6)
    for (const used of usesOf(workflow)) expect(used).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
  })

  it('stores no key: each stage has a role, for jobs in its own environment only', () => {
    expect(workflow).not.toMatch(/secrets\.|access-key|AWS_SECRET/i)
    for (const stage of awsStageNames) {
      expect(jobs[stage]).toContain(`    environment: ${stage}\n`)
      expect(jobs[stage]).toContain('      id-token: write\n')
      expect(jobs[stage]).toMatch(/^ {10}role-to-assume: \$\{\{ vars\.AWS_ROLE \}\}$/m)
    }
    expect(jobs.test).not.toMatch(/id-token|vars\./)
    expect(workflow).toMatch(/^permissions:\n {2}contents: read$/m)
  })

  it('puts no value of GitHub into a command, where it could be more than a value', () => {
    for (const [, command] of workflow.matchAll(/run: (.+)/g)) expect(command).not.toContain('${{')
  })

  it('calls commands that exist, with options that they have', () => {
    for (const command of commandsOf(workflow)) {
      const [, script = '', rest = ''] = /^npm run ([\w:]+)(.*)$/.exec(command) ?? [command, 'test']
      expect(scripts, command).toHaveProperty([script])
      if (!rest) continue
      const source = commandSource(`commands/${script}.ts`)
      for (const [option] of rest.matchAll(/--\w[\w-]*/g)) expect(source, `${script} ${option}`).toContain(`'${option}`)
    }
  })

  it('deploys to each stage as itself, and lets only dev accept tokens of the tests', () => {
    for (const stage of awsStageNames) {
      const deploy = commandsOf(jobs[stage] ?? '').find((command) => command.includes('deploy')) ?? ''
      expect(deploy).toContain(`--target aws --stage ${stage} `)
      expect(deploy.includes('--test-tokens')).toBe(stage === 'dev')
      expect(deploy.includes('--jwt-issuer')).toBe(stage !== 'dev')
    }
  })
})

const [trust, permissions, reading] = [...read('docs/github-actions.md').matchAll(/```json\n([\s\S]+?)```/g)].map(
  ([, text = '']) => JSON.parse(text),
)

describe('the trust policy of its role', () => {
  it('names one repository and one environment, without a wildcard', () => {
    const [statement] = trust.Statement
    expect(statement.Action).toBe('sts:AssumeRoleWithWebIdentity')
    expect(statement.Condition).toEqual({
      StringEquals: {
        'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
        'token.actions.githubusercontent.com:sub': expect.stringMatching(/^repo:OWNER\/REPOSITORY:environment:\w+$/),
      },
    })
  })

  it("gives rights only through the CDK's own roles, and to read what the version gate asks", () => {
    expect(permissions.Statement).toEqual([
      {
        Effect: 'Allow',
        Action: 'sts:AssumeRole',
        Resource: 'arn:aws:iam::ACCOUNT:role/cdk-hnb659fds-*-ACCOUNT-REGION',
      },
      {
        Effect: 'Allow',
        Action: 'dynamodb:GetItem',
        // A restored set of tables has its name behind.
        Resource: 'arn:aws:dynamodb:REGION:ACCOUNT:table/steadfast-STAGE-tickets*',
      },
    ])
  })
})

describe('what its role on dev may read besides', () => {
  const statements = (reading?.Statement ?? []) as { Action: string[]; Resource: string[] }[]
  const actionsOn = (resource: string) =>
    statements.flatMap(({ Action, Resource }) => (Resource.some((each) => each.includes(resource)) ? Action : []))

  it('is what the checker calls: one right that lacks, and the job ends without a verdict', () => {
    const rights: Record<string, string[]> = {
      ListObjectVersionsCommand: ['s3:ListBucketVersions'],
      // Of the oldest version of each digest.
      GetObjectCommand: ['s3:GetObject', 's3:GetObjectVersion'],
      GetObjectLockConfigurationCommand: ['s3:GetBucketObjectLockConfiguration'],
      DescribeTableCommand: ['dynamodb:DescribeTable'],
    }
    const rightsOf = (file: string) =>
      [...read(file).matchAll(/new (\w+Command)\(/g)].flatMap(([, command = '']) => rights[command] ?? command)
    expect(actionsOn('steadfast-dev-digests-').toSorted()).toEqual(rightsOf('proof/check/digests.ts').toSorted())
    expect(actionsOn(':table/')).toEqual([
      ...rightsOf('proof/stored-data-id.ts'),
      'dynamodb:GetItem',
      'dynamodb:Query',
      'dynamodb:Scan',
    ])
    for (const bucket of ['attachments', 'archive'])
      expect(actionsOn(`steadfast-dev-${bucket}-`), bucket).toEqual(['s3:GetObject', 's3:ListBucket'])
  })

  it('is no right to change anything', () => {
    for (const action of statements.flatMap(({ Action }) => Action))
      expect(action).toMatch(/^\w+:(Get|List|Describe|Query|Scan)/)
  })
})
