import { Agent, request } from 'node:http'
import { AwsError } from '../aws-error.ts'
import type { EngineAddress } from './engine.ts'

/** An answer of the engine, not decoded. */
export interface EngineAnswer {
  status: number
  body: Buffer
}

/** Sends requests to the engine as they are. */
export interface EngineClient {
  /** `target` is the `X-Amz-Target`. Rejects with `InternalServerError` (500, outcome unknown) when no answer came. */
  send(target: string, body: Buffer | string): Promise<EngineAnswer>
  /** The same with JSON in and out; throws the engine's error as `AwsError`. */
  call(target: string, input: unknown): Promise<Record<string, unknown>>
  close(): void
}

/** The engine looks whether these exist, not at what they say. */
const credentials = {
  authorization:
    'AWS4-HMAC-SHA256 Credential=edge/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
  'x-amz-date': '20260101T000000Z',
}

export function createEngineClient({ host, port }: EngineAddress): EngineClient {
  const agent = new Agent({ keepAlive: true, maxSockets: 64, scheduling: 'lifo' })

  function send(target: string, body: Buffer | string): Promise<EngineAnswer> {
    return new Promise((resolve, reject) => {
      const lost = () => reject(new AwsError('InternalServerError', 'The DynamoDB engine did not respond.', 500))
      const outgoing = request(
        {
          agent,
          host,
          port,
          method: 'POST',
          path: '/',
          headers: {
            ...credentials,
            'content-type': 'application/x-amz-json-1.0',
            'content-length': Buffer.byteLength(body),
            'x-amz-target': target,
          },
        },
        (incoming) => {
          const chunks: Buffer[] = []
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
          incoming.on('end', () => resolve({ status: incoming.statusCode ?? 500, body: Buffer.concat(chunks) }))
          incoming.on('error', lost)
          incoming.on('aborted', lost)
        },
      )
      outgoing.on('error', lost)
      outgoing.end(body)
    })
  }

  return {
    send,
    async call(target, input) {
      const answer = await send(target, JSON.stringify(input))
      return decode(answer)
    },
    close: () => agent.destroy(),
  }
}

/** The answer's JSON, or its error thrown as `AwsError` with all its members. */
export function decode({ status, body }: EngineAnswer): Record<string, unknown> {
  const value = JSON.parse(body.toString() || '{}') as Record<string, unknown>
  if (status < 400) return value
  const { __type: type, message, Message, ...details } = value
  throw new AwsError(
    String(type ?? 'InternalServerError').replace(/^.*#/, ''),
    String(message ?? Message ?? ''),
    status,
    details,
  )
}
