import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { ownDynamoDb } from '../dynamodb/own-dynamodb.ts'
import { ownEdge } from '../edge/own-edge.ts'
import { packages, pythonWithClients } from './python.ts'

// What others wrote and everyone uses, boto3 and the AWS CLI, says whether an answer is AWS's. A file `*_cases.py` is a set of cases.
const folder = import.meta.dirname
const files = readdirSync(folder).filter((name) => name.endsWith('_cases.py'))

interface Case {
  promise: string
  error: string | null
}

/** Runs a file's cases. A file that breaks before its cases counts as a failed one. */
async function run(python: string, file: string, endpoint: string): Promise<Case[]> {
  const child = spawn(python, [join(folder, 'run.py'), file.replace(/\.py$/, '')], {
    env: {
      PATH: process.env.PATH,
      // Compiled once, and not beside the sources.
      PYTHONPYCACHEPREFIX: join(packages, 'compiled'),
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

const installed = pythonWithClients()
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
