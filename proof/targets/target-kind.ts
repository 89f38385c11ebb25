import { fetchWhole } from '../fetch-whole.ts'
import type { Target } from '../target.ts'

/** What a target is, by what it says of itself. */
export type TargetKind = 'embedded' | 'localstack' | 'ministack' | 'aws'

/** Paths that only this kind answers. MiniStack answers LocalStack's too, so it comes first. */
const signs = [
  ['embedded', '/_steadfast/mail.json'],
  ['ministack', '/_ministack/health'],
  ['localstack', '/_localstack/health'],
] as const

/** Throws `Error` for an edge that is none of them. */
export async function readTargetKind({ edgeUrl }: Pick<Target, 'edgeUrl'>): Promise<TargetKind> {
  if (!edgeUrl) return 'aws'
  for (const [kind, path] of signs) {
    const response = await fetchWhole(`${edgeUrl}${path}`).catch(() => undefined)
    if (response?.ok) return kind
  }
  throw new Error(
    `${edgeUrl} is neither npm start, LocalStack nor MiniStack: add it to proof/targets/target-kind.ts, and what it can't do to proof/targets/divergences.ts`,
  )
}
