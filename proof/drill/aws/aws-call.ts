/** A call of AWS by its names in the SDKs. */
export interface AwsCall {
  /** The AWS CLI's name of it. */
  service: 'dynamodb' | 'lambda' | 'logs' | 's3api' | 'sqs' | 'stepfunctions'
  /** Such as `RestoreTableToPointInTime`. */
  operation: string
  input: Record<string, unknown>
}

/** The call as a command of the AWS CLI. */
export function toCommand({ service, operation, input }: AwsCall): string {
  return ['aws', service, optionName(operation), ...Object.entries(input).flatMap(toOption)].join(' ')
}

function toOption([member, value]: [string, unknown]): string[] {
  const name = optionName(member)
  if (typeof value === 'boolean') return [value ? `--${name}` : `--no-${name}`]
  if (Array.isArray(value)) return [`--${name}`, ...value.map((item) => quoted(String(item)))]
  return [`--${name}`, quoted(typeof value === 'object' ? JSON.stringify(value) : String(value))]
}

/** `SourceTableName` → `source-table-name`. */
function optionName(member: string): string {
  return member.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase()
}

/** Quotes a text for a POSIX shell, for which `$NAME` and `$(COMMAND)` stay what they are. */
export function quoted(text: string): string {
  if (/^[\w./:=,@+-]+$/.test(text)) return text
  if (/^\$(\w+|\(.*\))$/s.test(text)) return `"${text}"`
  return `'${text.replaceAll("'", `'\\''`)}'`
}
