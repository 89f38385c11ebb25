/** What `npm audit --json` means: vulnerable packages, or why the registry gave no answer. */
export type Audit = { answered: true; severe: string[] } | { answered: false; why: string }

interface Report {
  vulnerabilities?: Record<string, { severity: string; range?: string }>
  message?: string
}

/** Failures that say nothing about packages: a registry without this endpoint (404, 405, 501), out of order, or out of reach. */
const unanswered = /\b(?:4(?:04|05)|5\d\d)\b|ECONN|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ENETUNREACH|network|offline/i

/** Reads the report. Throws `Error` when it is neither an answer nor a failure of the registry: nothing is taken for granted. */
export function readAudit(json: string): Audit {
  const { vulnerabilities, message } = JSON.parse(json) as Report
  if (vulnerabilities) {
    const severe = Object.entries(vulnerabilities).filter(([, { severity }]) => ['high', 'critical'].includes(severity))
    return { answered: true, severe: severe.map(([name, { severity, range }]) => `${name} ${range}: ${severity}`) }
  }
  if (message !== undefined && unanswered.test(message)) return { answered: false, why: message }
  throw new Error(`npm audit neither answered nor said that the registry did not: ${json.slice(0, 500)}`)
}
