import { ListExecutionsCommand, ListStateMachinesCommand, SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn'
import { ListQueuesCommand, PurgeQueueCommand, SQSClient } from '@aws-sdk/client-sqs'
import { fetchWhole } from '../fetch-whole.ts'
import { clientConfig } from '../target.ts'

const rule = { name: 'out-of-service', at: 'invocation', where: { function: '*' }, fault: { do: 'throttle' } }

/** Lets no function run any more, as a reserved concurrency of 0 does on AWS. */
export async function takeOutOfService(edgeUrl: string): Promise<void> {
  await changeFaults(`${edgeUrl}/_steadfast/faults`, { method: 'POST', body: JSON.stringify(rule) })
}

export async function putIntoService(edgeUrl: string): Promise<void> {
  await changeFaults(`${edgeUrl}/_steadfast/faults/${rule.name}`, { method: 'DELETE' })
}

async function changeFaults(url: string, init: RequestInit): Promise<void> {
  const response = await fetchWhole(url, init)
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`)
}

/** Ends what goes on outside the tables and is about a past that the restore cuts: executions of sagas, and messages in queues. */
export async function stopWhatGoesOn(edgeUrl: string): Promise<{ executions: number; queues: number }> {
  const states = new SFNClient(clientConfig(edgeUrl))
  const sqs = new SQSClient(clientConfig(edgeUrl))
  try {
    let executions = 0
    for (const { stateMachineArn } of (await states.send(new ListStateMachinesCommand({}))).stateMachines ?? []) {
      let nextToken: string | undefined
      do {
        const running = new ListExecutionsCommand({ stateMachineArn, statusFilter: 'RUNNING', nextToken })
        const page = await states.send(running)
        for (const { executionArn } of page.executions ?? []) {
          await states.send(new StopExecutionCommand({ executionArn, error: 'Restored' }))
          executions++
        }
        nextToken = page.nextToken
      } while (nextToken)
    }
    const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}))
    for (const QueueUrl of QueueUrls) await sqs.send(new PurgeQueueCommand({ QueueUrl }))
    return { executions, queues: QueueUrls.length }
  } finally {
    states.destroy()
    sqs.destroy()
  }
}

/** The ARN of each saga's state machine. */
export async function machineArns(edgeUrl: string, sagas: readonly string[]): Promise<Record<string, string>> {
  const states = new SFNClient(clientConfig(edgeUrl))
  try {
    const { stateMachines = [] } = await states.send(new ListStateMachinesCommand({}))
    const found = sagas.flatMap((saga) => {
      const machine = stateMachines.find(({ name }) => name?.endsWith(`-${saga}`))
      return machine?.stateMachineArn ? [[saga, machine.stateMachineArn] as const] : []
    })
    return Object.fromEntries(found)
  } finally {
    states.destroy()
  }
}
