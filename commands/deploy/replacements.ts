import { statefulTypes } from '../../infra/stateful-types.ts'

/** A resource that a deployment would not update in place. */
export interface Replacement {
  stack: string
  type: string
  logicalId: string
  /** In the words of `cdk diff`, which has none for a resource that becomes another type. An orphan is kept, but the app has lost it. */
  impact: Impact
}

const verbs = {
  replace: 'replaces',
  'may be replaced': 'may replace',
  destroy: 'deletes',
  orphan: 'abandons',
} as const
type Impact = keyof typeof verbs | 'retype'

// Display name, the stack's name unless it is the same, and the environment unless it is not known.
const stackLine = /^Stack (\S+?)(?: \((?!aws:)(\S+)\))?(?: \(aws:\S+\))?$/
// Type, construct path unless the construct is gone, logical id, impact.
const resourceLine = /^\[[-~+]\] (AWS::\S+)(?: .+)? (\w+) (replace|may be replaced|destroy|orphan)$/

/** What `cdk diff --method template` says would be replaced or deleted, of every type. */
export function replacementsIn(lines: readonly string[]): Replacement[] {
  let stack = ''
  return lines.flatMap((line, index) => {
    const [isStack, displayName = '', name = displayName] = stackLine.exec(line) ?? []
    if (isStack) stack = name
    const [, type, logicalId, impact] = resourceLine.exec(line) ?? []
    if (!type || !logicalId) return []
    // The type shown is the new one, and no changed property follows.
    const isRetyped = impact === 'replace' && !lines[index + 1]?.startsWith(' ')
    return [{ stack, type, logicalId, impact: isRetyped ? 'retype' : (impact as Impact) }]
  })
}

/**
 * Why a deployment is refused, one line each; none when it may go on. A stateful resource would be replaced or deleted that is not
 * `allowed` by its logical id, or an allowed one would not be: then the deployment is another than the one that was thought of.
 */
export function refusals(replacements: readonly Replacement[], allowed: readonly string[]): string[] {
  const stateful = replacements.filter(({ type, impact }) => impact === 'retype' || type in statefulTypes)
  const lost = stateful.filter(({ logicalId }) => !allowed.includes(logicalId))
  const unneeded = allowed.filter((id) => !stateful.some(({ logicalId }) => logicalId === id))
  return [
    ...lost.map(
      (replacement) =>
        `${lossOf(replacement)}. Migrate the data first, or pass --allow-replacement ${replacement.logicalId}.`,
    ),
    ...unneeded.map(
      (id) =>
        `This deployment neither replaces nor deletes ${id}, which --allow-replacement names: check what is deployed, or leave the option out.`,
    ),
  ]
}

function lossOf({ stack, type, logicalId, impact }: Replacement): string {
  if (impact === 'retype')
    return `This deployment replaces ${logicalId} of ${stack} by ${type}, and with it what the resource of another type holds`
  return `This deployment ${verbs[impact]} ${type} ${logicalId} of ${stack}, and with it ${statefulTypes[type]}`
}
