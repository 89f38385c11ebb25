import { describe, expect, it } from 'vitest'
import { readAudit } from './audit.ts'

const reportOf = (severity: string) =>
  JSON.stringify({ auditReportVersion: 2, vulnerabilities: { left: { severity, range: '<1.2.3' } } })

describe('the report of npm audit', () => {
  it.each(['high', 'critical'])('names a package with a vulnerability of severity %s', (severity) => {
    expect(readAudit(reportOf(severity))).toEqual({ answered: true, severe: [`left <1.2.3: ${severity}`] })
  })

  it.each(['info', 'low', 'moderate'])('accepts severity %s', (severity) => {
    expect(readAudit(reportOf(severity))).toEqual({ answered: true, severe: [] })
  })

  it.each([
    '405 Method Not Allowed - POST https://registry.example.com/-/npm/v1/security/advisories/bulk',
    '503 Service Unavailable',
    'request to https://registry.example.com failed, reason: connect ECONNREFUSED 127.0.0.1:4873',
    'request failed, reason: getaddrinfo ENOTFOUND registry.example.com',
  ])('is no answer when the registry has none: %s', (message) => {
    expect(readAudit(JSON.stringify({ message, error: { summary: '', detail: '' } }))).toEqual({
      answered: false,
      why: message,
    })
  })

  it.each(['{}', '{"message":"401 Unauthorized"}', '{"error":{"code":"ENOLOCK"}}', ''])(
    'fails the check when it is neither: %j',
    (json) => {
      expect(() => readAudit(json)).toThrow()
    },
  )
})
