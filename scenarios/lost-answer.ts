import { lostAnswerIsAFailure, requestKeyAfterCommit } from '../proof/mutants/commit-mutants.ts'
import { scenario } from './runner/scenario.ts'

export const lostAnswer = scenario(
  'lost-answer',
  'The write succeeds, but its answer is lost',
  {
    shows: 'When the answer to a write is lost, a retry finds the first effect instead of causing a second one.',
    guard: 'the request key, and resending only identical bytes with the same client request token',
    mutants: [
      { mutant: requestKeyAfterCommit, breaks: [9] },
      { mutant: lostAnswerIsAFailure, breaks: [12] },
    ],
    targets: 'embedded',
  },
  async ({ tenant, person, faults, step, claim, untilIdle, evidence }) => {
    const carla = person('carla', 'customer')
    const openTicket = {
      service: 'dynamodb',
      operation: 'TransactWriteItems',
      function: '*-create-ticket',
      key: `TENANT#${tenant}#TICKET#*`,
    }
    await step(
      {
        do: 'DynamoDB commits the transaction that opens a ticket, but its answer never reaches the function.',
        shows:
          'The function resends the same bytes with the same token, and DynamoDB answers that the transaction is already done.',
        without: 'A function that builds a new transaction opens a second ticket.',
      },
      async () => {
        await faults.set({
          name: 'answer-lost',
          at: 'call',
          where: openTicket,
          fault: { do: 'lose-answer' },
          times: 1,
        })
        const { status } = await carla.send('POST', '/tickets', { title: 'Where is my order?', body: 'A week now.' })
        claim('the customer notices nothing and is answered 201', status, 201)
        await faults.remove('answer-lost')
        claim('one ticket is stored', (await evidence()).tickets.length, 1)
      },
    )
    const key = crypto.randomUUID()
    const ticket = { title: 'The door is locked', body: 'And I am outside.' }
    await step(
      {
        do: 'This time the function dies right after the commit. The customer gets an error, and nobody knows whether the request took effect.',
        shows: 'The error says that a retry is safe.',
      },
      async () => {
        await faults.set({
          name: 'killed-after-commit',
          at: 'call',
          where: openTicket,
          fault: { do: 'kill', moment: 'after' },
          times: 1,
        })
        const reply = await carla.send('POST', '/tickets', ticket, key)
        claim('the customer gets an error', (reply.status ?? 503) >= 500, true)
        claim('the error says that the request may be retried', reply.retryable, true)
        await faults.remove('killed-after-commit')
      },
    )
    await step(
      {
        do: 'The customer retries with the same key.',
        shows: 'The retry gets the answer that was lost.',
        without: 'A third ticket. Or, if the dead function had marked its key "in progress", no answer at all.',
      },
      async () => {
        const reply = await carla.sendUntilAnswered('POST', '/tickets', ticket, key)
        claim('the retry is answered 201', reply.status, 201)
        claim('and is marked as a replay', reply.replayed, true)
        await untilIdle()
        claim('two tickets are stored, one per request', (await evidence()).tickets.length, 2)
      },
    )
  },
)
