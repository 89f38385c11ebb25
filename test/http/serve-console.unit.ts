import type { APIGatewayProxyEvent } from 'aws-lambda'
import { describe, expect, it } from 'vitest'
import { type ConsoleFiles, serveConsole } from '../../functions/serve-console/serve-console.ts'

const files: ConsoleFiles = {
  page: { contentType: 'text/html; charset=utf-8', text: '<!doctype html>' },
  assets: {
    'console-ABC.js': { contentType: 'text/javascript; charset=utf-8', text: 'console' },
    'style-ABC.css': { contentType: 'text/css; charset=utf-8', text: 'a {}' },
  },
}

function serve(path: string, { file, headers = {} }: { file?: string; headers?: Record<string, string> } = {}) {
  const {
    statusCode,
    headers: answered = {},
    body,
  } = serveConsole(files, {
    path,
    pathParameters: file === undefined ? null : { file },
    headers,
    multiValueHeaders: {},
    queryStringParameters: { file: 'console-ABC.js' },
    requestContext: { requestId: 'request-1' },
  } as unknown as APIGatewayProxyEvent)
  return { statusCode, headers: answered as Record<string, string>, body }
}

describe('the console behind the API', () => {
  it('is one page, which a browser asks for each time', () => {
    const { statusCode, headers, body } = serve('/console')
    expect([statusCode, body]).toEqual([200, '<!doctype html>'])
    expect(headers).toMatchObject({ 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' })
  })

  it('has files that a browser keeps, since another content has another name', () => {
    const { statusCode, headers, body } = serve('/console/console-ABC.js', { file: 'console-ABC.js' })
    expect([statusCode, body]).toEqual([200, 'console'])
    expect(headers).toMatchObject({
      'Content-Type': 'text/javascript; charset=utf-8',
      'Cache-Control': 'public, max-age=31536000, immutable',
    })
  })

  it('leads from an address with a slash at its end, where its files would not be found, to the one without', () => {
    const { statusCode, headers } = serve('/console/')
    expect([statusCode, headers.Location]).toEqual([308, '../console'])
    expect(new URL(headers.Location ?? '', 'https://x.example/api/console/').pathname).toBe('/api/console')
  })

  it.each([
    '../../etc/passwd',
    '..%2f..%2findex.js',
    'index.js',
    'console-OLD.js',
    '__proto__',
    'constructor',
    '',
    'console-ABC.js/',
    '<script>alert(1)</script>',
  ])('is one list of files: %j is none, and is not repeated', (file) => {
    const { statusCode, headers, body } = serve(`/console/${file}`, { file })
    expect(statusCode).toBe(404)
    expect(headers).toMatchObject({ 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store' })
    expect(JSON.parse(body)).toMatchObject({ type: 'https://steadfast.dev/problems/not-found', retryable: false })
    if (file !== '') expect(body).not.toContain(file)
  })

  it.each([
    ['/console', undefined],
    ['/console/', undefined],
    ['/console/console-ABC.js', 'console-ABC.js'],
    ['/console/nothing', 'nothing'],
  ])('answers %s with its policy and a correlation id', (path, file) => {
    const { headers } = serve(path, { ...(file !== undefined && { file }), headers: { 'X-Correlation-Id': 'mine-1' } })
    expect(headers).toMatchObject({
      'X-Correlation-Id': 'mine-1',
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
    })
    const policy = headers['Content-Security-Policy'] ?? ''
    expect(policy).toMatch(/default-src 'none'.*script-src 'self'.*frame-ancestors 'none'.*trusted-types 'none'/)
    expect(policy).not.toMatch(/unsafe|\*|data:|https?:/)
  })

  it('takes no address from a header: another host gets the same bytes', () => {
    const other = {
      headers: { Host: 'evil.example', 'X-Forwarded-Host': 'evil.example', 'X-Correlation-Id': 'mine-1' },
    }
    const own = { headers: { 'X-Correlation-Id': 'mine-1' } }
    expect(serve('/console', other)).toEqual(serve('/console', own))
    expect(serve('/console/', other)).toEqual(serve('/console/', own))
  })
})
