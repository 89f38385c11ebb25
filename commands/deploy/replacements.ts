import { firstTableSet } from '../../infra/constructs/table-names.ts'
import { tableSetKey } from '../../infra/constructs/table-sets.ts'
import { statefulTypes } from '../../infra/stateful-types.ts'
import { tableShapes } from '../../tables/key-shapes.ts'

/** CDK ends a logical id with so many digits of a hash. */
const logicalIdHashLength = 8

/** A resource that a deployment would not update in place. */
export interface Replacement {
  stack: string
  type: string
  logicalId: string
  /** What happens to it, by the word of `cdk diff`, which has none for another type. An orphan is kept, but the app has lost it. */
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
  const lost = stateful.filter((each) => !allowed.includes(each.logicalId) && !isDataKeyGone(each))
  const forgotten = forgottenTableSet(lost)
  const unneeded = allowed.filter((id) => !stateful.some(({ logicalId }) => logicalId === id))
  return [
    ...(forgotten === undefined
      ? []
      : [
          `This deployment goes to other tables than the set "${forgotten}", which the stage uses: pass --context ${tableSetKey}=${forgotten} (docs/adr/0044).`,
        ]),
    ...(stateful.some(isDataKeyGone)
      ? [
          'This deployment forgets the key of the account, which encrypts what the stage stores: pass --context encryptionKey=customer, which cannot be taken back (docs/adr/0028).',
        ]
      : []),
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

/** Other stacks import the key of infra/constructs/data-key.ts, so CloudFormation would refuse it too, half way, whatever is allowed. */
function isDataKeyGone({ type, logicalId, impact }: Replacement): boolean {
  const isGone = impact === 'destroy' || impact === 'orphan'
  return type === 'AWS::KMS::Key' && isGone && logicalId.slice(0, -logicalIdHashLength) === 'DataKey'
}

/**
 * The table set that this deployment would delete or retain as a whole: after a restore, whoever forgets the context of the set in use
 * deploys others, which are empty or old. Undefined for any other deployment.
 */
function forgottenTableSet(lost: readonly Replacement[]): string | undefined {
  const gone = lost.filter(({ type, impact }) => type === 'AWS::DynamoDB::Table' && impact !== 'retype')
  const names = Object.keys(tableShapes)
  const sets = gone.map(({ logicalId }) => tableSetOf(logicalId, names))
  const [set] = sets
  return sets.length === names.length && sets.every((each) => each === set) ? set : undefined
}

/** The set in the logical id of a table, as infra/constructs/table.ts names it: the table, the set but for the first one, and a hash. */
function tableSetOf(logicalId: string, names: readonly string[]): string | undefined {
  const id = logicalId.slice(0, -logicalIdHashLength)
  const suffixes = names.filter((name) => id.startsWith(name)).map((name) => id.slice(name.length))
  const [suffix] = suffixes.toSorted((a, b) => a.length - b.length)
  return suffix === '' ? firstTableSet : suffix?.toLowerCase()
}

function lossOf({ stack, type, logicalId, impact }: Replacement): string {
  if (impact === 'retype')
    return `This deployment replaces ${logicalId} of ${stack} by ${type}, and with it what the resource of another type holds`
  return `This deployment ${verbs[impact]} ${type} ${logicalId} of ${stack}, and with it ${statefulTypes[type]}`
}
