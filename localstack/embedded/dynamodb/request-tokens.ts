import { createHash } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import { AwsError } from '../aws-error.ts'
import { canonicalJson } from './canonical-json.ts'

/** DynamoDB remembers a ClientRequestToken for 10 minutes after the request that used it first has finished. */
const rememberedMs = 10 * 60 * 1000

/** What is to be done with a transaction: carry it out (then `finish` it), or it is a repetition of one that succeeded. */
export type TokenState = { kind: 'first'; finish: (succeeded: boolean) => void } | { kind: 'repeated' }

/**
 * The client request tokens of transactions, kept in a file because the engine forgets them when it stops. A kill between the
 * engine's commit and the note here forgets one token; the transaction's own conditions then stand alone.
 */
export interface RequestTokens {
  /** Throws `TransactionInProgressException` and `IdempotentParameterMismatchException` as DynamoDB does. */
  begin(token: string, input: Record<string, unknown>): TokenState
  close(): void
}

/**
 * Opens the file and holds it alone, so it also tells whether another process uses this data folder: then throws one line.
 */
export function openRequestTokens(path: string, now: () => number): RequestTokens {
  const database = openAlone(path)
  database.exec(
    'CREATE TABLE IF NOT EXISTS tokens (token TEXT PRIMARY KEY, content TEXT NOT NULL, finished_at INTEGER NOT NULL)',
  )
  const find = database.prepare('SELECT content FROM tokens WHERE token = ? AND finished_at > ?')
  const keep = database.prepare('INSERT OR REPLACE INTO tokens VALUES (?, ?, ?)')
  const forget = database.prepare('DELETE FROM tokens WHERE finished_at <= ?')
  const inProgress = new Set<string>()
  let forgottenAtMs = 0

  return {
    begin(token, input) {
      if (inProgress.has(token)) {
        throw new AwsError(
          'TransactionInProgressException',
          'The transaction with the given request token is already in progress.',
        )
      }
      const content = fingerprint(input)
      const earlier = find.get(token, now() - rememberedMs)
      if (earlier) {
        if (earlier.content === content) return { kind: 'repeated' }
        throw new AwsError(
          'IdempotentParameterMismatchException',
          'The request uses the same client token as a previous, but non-identical request.',
        )
      }
      inProgress.add(token)
      return {
        kind: 'first',
        finish(succeeded) {
          inProgress.delete(token)
          if (!succeeded) return
          keep.run(token, content, now())
          if (now() - forgottenAtMs < 60_000) return
          forgottenAtMs = now()
          forget.run(now() - rememberedMs)
        },
      }
    },
    close: () => database.close(),
  }
}

function openAlone(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: 1_000 })
  try {
    // A killed process's write reaches the disk without a sync of ours; only a power cut could lose one.
    database.exec(
      'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; BEGIN IMMEDIATE; COMMIT',
    )
    return database
  } catch (error) {
    database.close()
    if (!/locked|busy/i.test(String(error))) {
      throw new Error(`${path} is damaged (${(error as Error).message}): delete this file and start again`)
    }
    throw new Error(
      `the data folder of ${path} is in use by another stack: stop it, or choose another folder with --data DIR`,
    )
  }
}

/** Equal for requests that DynamoDB takes for the same; what is only asked for in the answer does not count. */
function fingerprint({
  ReturnConsumedCapacity: _c,
  ReturnItemCollectionMetrics: _m,
  ...content
}: Record<string, unknown>): string {
  return createHash('sha256').update(canonicalJson(content)).digest('base64')
}
