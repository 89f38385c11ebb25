import { keyAfterCommit } from '../proof/mutants/commit-mutants.ts'
import { scenario } from './runner/scenario.ts'

export const lostAnswer = scenario(
  'lost-answer',
  'The write succeeds and nobody hears of it',
  {
    shows: 'When the answer to a write is lost, asking again finds the first effect instead of making a second.',
    guard: 'the request key, and resending only the same bytes under the same token',
    mutant: keyAfterCommit,
    invariants: [9, 10, 12],
    targets: 'embedded',
  },
  async ({ tenant, person, faults, step, claim, untilIdle, evidence }) => {
    const carla = person('carla', 'customer')
    const own = {
      service: 'dynamodb',
      operation: 'TransactWriteItems',
      function: '*-create-ticket',
      key: `TENANT#${tenant}#TICKET#*`,
    }
    await step(
      {
        do: 'DynamoDB commits the transaction of a ticket, and its answer to the function is lost.',
        shows: 'The function sends the same bytes again under the same token: DynamoDB says that it is done already.',
        without: 'a function that builds a new transaction would open a second ticket.',
      },
      async () => {
        await faults.set({
          name: 'lost-in-the-data-center',
          at: 'call',
          where: own,
          fault: { do: 'lose-answer' },
          times: 1,
        })
        const { status } = await carla.send('POST', '/tickets', { title: 'Where is my order?', body: 'A week now.' })
        claim('the customer notices nothing and is answered 201', status, 201)
        await faults.lift('lost-in-the-data-center')
        claim('one ticket is stored', (await evidence()).tickets.length, 1)
      },
    )
    const key = crypto.randomUUID()
    const ticket = { title: 'The door is locked', body: 'And I am outside.' }
    await step(
      {
        do: 'This time the function dies after the commit: the customer gets an error, and nobody knows what became of it.',
        shows: 'The error says that it is retryable.',
      },
      async () => {
        await faults.set({
          name: 'death-after-commit',
          at: 'call',
          where: own,
          fault: { do: 'kill', moment: 'after' },
          times: 1,
        })
        const reply = await carla.send('POST', '/tickets', ticket, key)
        claim('the customer is told that it failed', (reply.status ?? 503) >= 500, true)
        claim('and that the same request may be sent again', reply.retryable, true)
        await faults.lift('death-after-commit')
      },
    )
    await step(
      {
        do: 'The customer sends the same request with the same key again.',
        shows: 'The answer is the one that was lost.',
        without: 'a third ticket; or, with a key that was marked "in progress" by the dead function, no answer at all.',
      },
      async () => {
        const reply = await carla.sendUntilAnswered('POST', '/tickets', ticket, key)
        claim('the answer is 201', reply.status, 201)
        claim('and says that it is a replay', reply.replayed, true)
        await untilIdle()
        claim('two tickets are stored, one for each request', (await evidence()).tickets.length, 2)
      },
    )
  },
)
