/** Every text within a value, member names aside, until one `fits`. */
export function someText(value: unknown, fits: (text: string) => boolean): boolean {
  if (typeof value === 'string') return fits(value)
  if (typeof value !== 'object' || value === null) return false
  return Object.values(value).some((inner) => someText(inner, fits))
}

/** Names of the tables, queues, buckets, machines and functions that a call names, each once. */
export function resourcesOf(input: Record<string, unknown>): string[] {
  const names = new Set<string>()
  const add = (value: unknown) => {
    if (typeof value === 'string' && value !== '') names.add(value.replace(/^.*[:/]/, ''))
  }
  for (const member of ['TableName', 'QueueUrl', 'QueueName', 'Bucket', 'stateMachineArn', 'FunctionName']) {
    add(input[member])
  }
  const { TransactItems, RequestItems } = input
  if (Array.isArray(TransactItems)) {
    for (const item of TransactItems) {
      for (const part of Object.values(item as Record<string, { TableName?: unknown }>)) add(part?.TableName)
    }
  }
  if (typeof RequestItems === 'object' && RequestItems !== null) for (const name of Object.keys(RequestItems)) add(name)
  return [...names]
}
