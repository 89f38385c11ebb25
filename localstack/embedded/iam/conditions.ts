import { matches } from './pattern.ts'

/** What is known of a request, by condition key in lower case: `dynamodb:leadingkeys`, `aws:securetransport`. */
export type ConditionContext = Record<string, string | string[] | undefined>

/** The `Condition` block of a statement: operator to key to value or values. */
export type Conditions = Record<string, Record<string, unknown>>

/** Condition keys that this stack can tell a value for; any other in a policy stops the start. */
const knownKeys = new Set([
  ...['aws:securetransport', 'aws:principalarn', 'aws:principalaccount', 'aws:requestedregion', 'aws:resourceaccount'],
  ...[
    'dynamodb:leadingkeys',
    'dynamodb:attributes',
    'dynamodb:select',
    'dynamodb:returnvalues',
    'dynamodb:enclosingoperation',
  ],
  ...['s3:prefix', 's3:delimiter', 's3:max-keys', 'ses:fromaddress', 'ses:recipients', 'events:managedby'],
])

type Compare = (policy: string, actual: string) => boolean

const lower = (text: string) => text.toLowerCase()
const comparisons: Record<string, Compare> = {
  StringEquals: (policy, actual) => policy === actual,
  StringEqualsIgnoreCase: (policy, actual) => lower(policy) === lower(actual),
  StringLike: matches,
  ArnEquals: matches,
  ArnLike: matches,
  Bool: (policy, actual) => lower(policy) === lower(actual),
  NumericEquals: (policy, actual) => Number(actual) === Number(policy),
  NumericLessThan: (policy, actual) => Number(actual) < Number(policy),
  NumericLessThanEquals: (policy, actual) => Number(actual) <= Number(policy),
  NumericGreaterThan: (policy, actual) => Number(actual) > Number(policy),
  NumericGreaterThanEquals: (policy, actual) => Number(actual) >= Number(policy),
}

const negations: Record<string, string> = {
  StringNotEquals: 'StringEquals',
  StringNotEqualsIgnoreCase: 'StringEqualsIgnoreCase',
  StringNotLike: 'StringLike',
  ArnNotEquals: 'ArnEquals',
  ArnNotLike: 'ArnLike',
  NumericNotEquals: 'NumericEquals',
}

interface Operator {
  compare: Compare
  negated: boolean
  quantifier: 'ForAllValues' | 'ForAnyValue' | undefined
  ifExists: boolean
}

/**
 * Whether all conditions hold. Throws for an operator or key that is not supported: leaving one out would grant or refuse too
 * much without a word.
 */
export function conditionsHold(conditions: Conditions | undefined, context: ConditionContext): boolean {
  return Object.entries(conditions ?? {}).every(([name, keys]) =>
    Object.entries(keys).every(([key, expected]) => {
      const values = [expected].flat().map(String)
      if (!knownKeys.has(lower(key))) throw new Error(`IAM condition key ${key} is not supported by the embedded stack`)
      const present = context[lower(key)]
      if (name === 'Null') return values.some((value) => (lower(value) === 'true') === (present === undefined))
      return holds(readOperator(name), values, present === undefined ? undefined : [present].flat())
    }),
  )
}

function holds(
  { compare, negated, quantifier, ifExists }: Operator,
  policy: string[],
  actual: string[] | undefined,
): boolean {
  if (actual === undefined) return ifExists || negated || quantifier === 'ForAllValues'
  const one = (value: string) => policy.some((wanted) => compare(wanted, value)) !== negated
  return quantifier === 'ForAllValues' ? actual.every(one) : actual.some(one)
}

function readOperator(name: string): Operator {
  const [, quantifier, base = '', ifExists] = /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(name) ?? []
  const positive = negations[base] ?? base
  const compare = comparisons[positive]
  if (!compare) throw new Error(`IAM condition operator ${name} is not supported by the embedded stack`)
  return {
    compare,
    negated: base in negations,
    quantifier: quantifier as Operator['quantifier'],
    ifExists: ifExists !== undefined,
  }
}
