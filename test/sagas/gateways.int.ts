import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readMessage } from 'embedded-aws/mail'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SesMailer } from '../../gateways/mailer-ses.ts'
import { SfnStateMachines } from '../../gateways/state-machines-sfn.ts'

/** What the stubbed AWS service answers, and the request bodies it received. */
let answer: { status: number; body: string } | 'hang-up'
let received: string[]
let server: ReturnType<typeof createServer>
let config: object

beforeEach(async () => {
  received = []
  server = createServer(async (request, response) => {
    received.push(await text(request))
    if (answer === 'hang-up') return request.socket.destroy()
    response.writeHead(answer.status).end(answer.body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  config = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
  }
})

afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

async function text(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

const mail = {
  id: 'a1',
  tenant: 'acme',
  from: 'us@example.com',
  to: 'ann@example.com',
  subject: 'Hi',
  text: 'Hello',
  correlationId: 'C1',
}
const sesError = (code: string) =>
  `<ErrorResponse><Error><Code>${code}</Code><Message>ann@example.com</Message></Error></ErrorResponse>`
const sent =
  '<SendRawEmailResponse><SendRawEmailResult><MessageId>m</MessageId></SendRawEmailResult></SendRawEmailResponse>'

describe('a mail sent by SES', () => {
  it('is accepted, with its id in a header and the right sender and recipient', async () => {
    answer = { status: 200, body: sent }
    expect(await new SesMailer(config).send(mail)).toEqual({ status: 'accepted' })
    const form = new URLSearchParams(received[0])
    expect(form.get('Action')).toBe('SendRawEmail')
    expect(form.get('Destinations.member.1')).toBe('ann@example.com')
    expect(form.get('Source')).toBe('us@example.com')
    const raw = Buffer.from(form.get('RawMessage.Data') ?? '', 'base64').toString()
    expect((await readMessage(raw)).headers).toMatchObject({ 'x-steadfast-id': 'a1', to: 'ann@example.com' })
  })

  it('is refused when SES rejects the message, with a reason that does not contain the address', async () => {
    answer = { status: 400, body: sesError('MessageRejected') }
    const outcome = await new SesMailer(config).send(mail)
    expect(outcome.status).toBe('refused')
    expect(JSON.stringify(outcome)).not.toContain('ann')
  })

  it('is refused without a call when the recipient is not a valid address', async () => {
    expect((await new SesMailer(config).send({ ...mail, to: 'a@b\r\nBcc: c@d' })).status).toBe('refused')
    expect(received).toEqual([])
  })

  it.each([
    ['Throttling', 400],
    ['AccountSendingPausedException', 400],
    ['MailFromDomainNotVerifiedException', 400],
    ['InternalFailure', 500],
  ])('has an unknown outcome after %s', async (code, status) => {
    answer = { status, body: sesError(code) }
    await expect(new SesMailer(config).send(mail)).rejects.toThrow()
  })

  it('has an unknown outcome when the response is lost', async () => {
    answer = 'hang-up'
    await expect(new SesMailer(config).send(mail)).rejects.toThrow()
  })
})

describe('a Step Functions execution', () => {
  const start = { machineArn: 'arn:aws:states:us-east-1:1:stateMachine:m', name: 'n-1', input: { generation: 1 } }

  it('is started under its name', async () => {
    answer = { status: 200, body: '{"executionArn":"e","startDate":1}' }
    expect(await new SfnStateMachines(config).start(start)).toBe('started')
    expect(JSON.parse(received[0] ?? '')).toEqual({
      stateMachineArn: start.machineArn,
      name: 'n-1',
      input: '{"generation":1}',
    })
  })

  it('counts as already started when one of its name exists', async () => {
    answer = { status: 400, body: '{"__type":"com.amazonaws.states#ExecutionAlreadyExists","message":"x"}' }
    expect(await new SfnStateMachines(config).start(start)).toBe('already-started')
  })

  it.each(['StateMachineDoesNotExist', 'ExecutionLimitExceeded', 'InvalidName'])(
    'has an unknown state after %s',
    async (code) => {
      answer = { status: 400, body: JSON.stringify({ __type: code }) }
      await expect(new SfnStateMachines(config).start(start)).rejects.toThrow()
    },
  )

  const execution = { machineArn: start.machineArn, name: start.name }

  it.each([
    ['RUNNING', 'running'],
    ['SUCCEEDED', 'ended'],
    ['FAILED', 'ended'],
    ['ABORTED', 'ended'],
    ['TIMED_OUT', 'ended'],
  ])('with status %s is described as %s', async (status, described) => {
    answer = { status: 200, body: JSON.stringify({ status, executionArn: 'e', stateMachineArn: 'm', startDate: 1 }) }
    expect(await new SfnStateMachines(config).describe(execution)).toBe(described)
    expect(JSON.parse(received[0] ?? '')).toEqual({ executionArn: 'arn:aws:states:us-east-1:1:execution:m:n-1' })
  })

  it('is absent only when Step Functions answers ExecutionDoesNotExist', async () => {
    answer = { status: 400, body: JSON.stringify({ __type: 'ExecutionDoesNotExist' }) }
    expect(await new SfnStateMachines(config).describe(execution)).toBe('absent')
    answer = { status: 400, body: JSON.stringify({ __type: 'AccessDeniedException' }) }
    await expect(new SfnStateMachines(config).describe(execution)).rejects.toThrow()
  })
})
