/** How far the CDK CLI is: `step` changes from stack to stack, `detail` with every resource. */
export interface StackProgress {
  step: string
  detail: string
}

/**
 * Reads the CDK CLI's output line by line, and returns how far it is after each line that says so. `[n/m]` stands on the first line of each
 * stack, `n/m` on each event of CloudFormation; a deletion's events have no total.
 */
export function stackProgressReader(verb: 'Deploying' | 'Destroying'): (line: string) => StackProgress | undefined {
  let step: string | undefined
  return (line) => {
    const [, stack, position, stacks] = /^(.+?): (?:deploying|destroying)\.\.\. \[(\d+)\/(\d+)\]/.exec(line) ?? []
    if (stack) {
      const name = /\((.+)\)$/.exec(stack)?.[1] ?? stack
      step = `${verb} stack ${position} of ${stacks}, ${name}`
      return { step, detail: step }
    }
    const [, done, total] = /^\S+ \| +(\d+)(?:\/(\d+))? \| /.exec(line) ?? []
    if (!step || !done) return undefined
    return { step, detail: `${step}: ${done}${total ? ` of ${total}` : ''} resources` }
  }
}
