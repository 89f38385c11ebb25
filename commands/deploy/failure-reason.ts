const reasonCharsMax = 500

/** Lines of the CDK CLI that say nothing about a failure, wherever they stand. */
const noise = /Subprocess exited with error|feature flags are not configured|Supply a stack id|^NOTICES|cdk acknowledge/

/**
 * The line of the CDK CLI's output that says why it failed: of the first resource that failed, else of the stack, else of an error, else
 * the last one. Resources that CloudFormation cancelled because of another say nothing.
 */
export function failureReason(output: readonly string[]): string {
  const lines = output.map((line) => line.trim().replaceAll(/\s+/g, ' ')).filter((line) => line && !noise.test(line))
  const reason =
    lines.find((line) => /\b(CREATE|UPDATE|DELETE|IMPORT)_FAILED\b/.test(line) && !/cancelled/i.test(line)) ??
    lines.find((line) => line.includes('❌')) ??
    lines.find((line) => /^(\w*Error\b|error:)/.test(line)) ??
    lines.at(-1) ??
    'it printed nothing'
  return reason.length > reasonCharsMax ? `${reason.slice(0, reasonCharsMax)}…` : reason
}
