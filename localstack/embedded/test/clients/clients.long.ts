import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { findPython, MissingToolError } from '../../../host/find-tools.ts'
import { installPythonPackages } from '../../../host/python-packages.ts'
import { ownDynamoDb } from '../dynamodb/own-dynamodb.ts'
import { ownEdge } from '../edge/own-edge.ts'

// What others wrote and everyone uses, boto3 and the AWS CLI, says whether an answer is AWS's. A file `*_cases.py` is a set of cases.
const folder = import.meta.dirname
const files = readdirSync(folder).filter((name) => name.endsWith('_cases.py'))

interface Case {
  promise: string
  error: string | null
}

/** The interpreter that has boto3 and the AWS CLI, or why there is none. */
async function install(): Promise<{ python: string } | { missing: string }> {
  try {
    const requirements = join(folder, 'requirements.txt')
    const options = { python: await findPython([3, 11]), requirements }
    return { python: await installPythonPackages(resolve(folder, '.packages'), 'clients', options) }
  } catch (error) {
    if (error instanceof MissingToolError) return { missing: error.message }
    throw error
  }
}

/** Runs a file's cases. A file that breaks before its cases counts as a failed one. */
async function run(python: string, file: string, endpoint: string): Promise<Case[]> {
  const child = spawn(python, [join(folder, 'run.py'), file.replace(/\.py$/, '')], {
    env: {
      PATH: process.env.PATH,
      PYTHONDONTWRITEBYTECODE: '1',
      // No file of whoever runs this decides how the clients behave.
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_DEFAULT_REGION: 'us-east-1',
    },
  })
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  const cases = stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Case)
  return code === 0 && cases.length > 0 ? cases : [...cases, { promise: 'runs to its end', error: stderr || 'no case' }]
}

const installed = await install()
if ('missing' in installed) {
  it('boto3 and the AWS CLI', ({ skip }) => skip(installed.missing))
} else {
  // One after the other: each file has the stack to itself.
  const db = await ownDynamoDb()
  const edge = await ownEdge({ dynamodb: db.dynamodb, streams: db.streams })
  for (const file of files) {
    const cases = await run(installed.python, file, edge.origin)
    describe(file, () => {
      it.each(cases)('$promise', ({ error }) => expect(error).toBeNull())
    })
  }
}
