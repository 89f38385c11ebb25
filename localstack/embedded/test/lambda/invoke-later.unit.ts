import { describe, expect, it } from 'vitest'
import type { AsyncInvokeOptions } from '../../lambda/async-invocation.ts'
import { createInvokeLater } from '../../lambda/invoke-later.ts'

const onFailureArn = 'arn:aws:sqs:us-east-1:000000000000:dead'
const work = 'arn:aws:lambda:us-east-1:000000000000:function:work'
const config = {
  path: 'App/Later',
  functionName: 'work',
  maximumRetryAttempts: 1,
  maximumEventAgeSeconds: 60,
  onFailureArn,
}

/** Who calls later, what the pool was told, and what was sent. */
function fixture() {
  const invoked: { functionRef: string; options?: AsyncInvokeOptions | undefined }[] = []
  const sent: Record<string, unknown>[] = []
  const woken: string[] = []
  const { invokeLater, resume } = createInvokeLater({
    configs: [config],
    pool: {
      invokeAsync: (functionRef, _payload, options) => void invoked.push({ functionRef, options }),
      resumeAsync(optionsOf) {
        for (const functionRef of [work, 'other']) invoked.push({ functionRef, options: optionsOf(functionRef) })
      },
    },
    queues: () => ({
      async handle(operation, input) {
        if (operation === 'GetQueueUrl') return { QueueUrl: `http://queues/${input.QueueName}` }
        sent.push(input)
        return {}
      },
    }),
    wakeups: { notify: (topic) => void woken.push(topic), wait: async () => {} },
  })
  return { invokeLater, resume, invoked, sent, woken }
}

describe('an asynchronous event', () => {
  it("is retried as the function's settings say, and by Lambda's defaults without settings", () => {
    const { invokeLater, invoked } = fixture()
    invokeLater(work, { a: 1 })
    invokeLater('other', { a: 1 })
    expect(invoked.map(({ options }) => options?.maximumRetryAttempts)).toEqual([1, undefined])
    expect(invoked.map(({ options }) => options?.maximumEventAgeSeconds)).toEqual([60, undefined])
  })

  it("that a stop cut off is resumed by its function's settings too", () => {
    const { resume, invoked } = fixture()
    resume()
    expect(invoked.map(({ options }) => options?.maximumRetryAttempts)).toEqual([1, undefined])
  })

  it('that failed before has so many attempts fewer', () => {
    const { invokeLater, invoked } = fixture()
    invokeLater(work, { a: 1 }, { attempts: 1 })
    invokeLater('other', { a: 1 }, { attempts: 1 })
    expect(invoked.map(({ options }) => options?.attempts)).toEqual([1, 1])
  })

  it('goes unchanged to the failure destination after its last attempt, and wakes the pollers of that queue', async () => {
    const { invokeLater, invoked, sent, woken } = fixture()
    invokeLater(work, { a: 1 })
    await invoked[0]?.options?.onFailure?.({ a: 1 }, { condition: 'RetriesExhausted', attempts: 2 })
    expect(sent.map(({ QueueUrl }) => QueueUrl)).toEqual(['http://queues/dead'])
    expect(JSON.parse(String(sent[0]?.MessageBody))).toMatchObject({
      requestContext: { functionArn: `${work}:$LATEST`, condition: 'RetriesExhausted', approximateInvokeCount: 2 },
      requestPayload: { a: 1 },
    })
    expect(woken).toEqual(['sqs:dead'])
  })

  it('that became too old before it could run goes there too, with that reason', async () => {
    const { invokeLater, invoked, sent } = fixture()
    invokeLater(work, { a: 1 })
    await invoked[0]?.options?.onFailure?.({ a: 1 }, { condition: 'EventAgeExceeded', attempts: 0 })
    const record = JSON.parse(String(sent[0]?.MessageBody))
    expect(record).toMatchObject({
      requestContext: { condition: 'EventAgeExceeded', approximateInvokeCount: 0 },
      requestPayload: { a: 1 },
    })
    expect(record).not.toHaveProperty('responseContext')
  })
})
