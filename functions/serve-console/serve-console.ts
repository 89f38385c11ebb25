import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda'
import { Problem } from '../../app/http/problem.ts'
import { requestTrace } from '../../app/http/request-trace.ts'
import { consoleHeaders } from '../../console/policy.ts'

/** The console as a browser gets it, with the media type of each file. */
export interface ConsoleFiles {
  page: ConsoleFile
  /** Files by name, such as `console-5RX2QEYM.js`: what a file contains decides its name. */
  assets: Record<string, ConsoleFile>
}

export interface ConsoleFile {
  contentType: string
  text: string
}

type ConsoleRequest = Pick<
  APIGatewayProxyEvent,
  'path' | 'pathParameters' | 'headers' | 'multiValueHeaders' | 'requestContext'
>

/**
 * The page of the operators' console at `/console`, and its files below. They hold no data, so anybody gets them; what the page shows
 * it asks of the API, with the operator's token. A file is found by its whole name in a list that was made with the code, so that no path
 * leads anywhere else. Queries and headers are not looked at, but for the ids of the request.
 */
export function serveConsole({ page, assets }: ConsoleFiles, event: ConsoleRequest): APIGatewayProxyResult {
  const { correlationId } = requestTrace(event as APIGatewayProxyEvent)
  const answer = (statusCode: number, headers: Record<string, string>, body: string) => ({
    statusCode,
    headers: { ...consoleHeaders, 'Cache-Control': 'no-store', ...headers, 'X-Correlation-Id': correlationId },
    body,
  })
  const { file } = event.pathParameters ?? {}
  if (file === undefined) {
    // The page names its files, and the API, relative to an address without the slash.
    if (event.path.endsWith('/')) return answer(308, { Location: '../console' }, '')
    return answer(200, { 'Content-Type': page.contentType }, page.text)
  }
  const asset = Object.hasOwn(assets, file) ? assets[file] : undefined
  if (asset) return answer(200, { 'Content-Type': asset.contentType, 'Cache-Control': forever }, asset.text)
  const problem = new Problem(
    'not-found',
    'The console has no such file; one of an earlier deployment is gone. Load the page again.',
  )
  return answer(404, { 'Content-Type': 'application/problem+json' }, JSON.stringify(problem.toBody(correlationId)))
}

/** RFC 8246: another content has another name. */
const forever = 'public, max-age=31536000, immutable'
