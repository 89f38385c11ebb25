import { addTokenClaims } from '../../../functions/add-token-claims/add-token-claims.ts'
import { recordBounces } from '../../../functions/record-bounce/record-bounce.ts'
import { ManualRuntime } from '../../../proof/manual-runtime.ts'
import { type Case, later, liveSaga, observer } from './case.ts'

/** What AWS calls of people: claims for a token, mail that came back. */
export const identityAndMailCases = {
  'record-bounce': [
    {
      async prepare(store) {
        const runtime = new ManualRuntime()
        await store.write(liveSaga('s1'))
        const headers = [
          { name: 'X-Steadfast-Id', value: 's1' },
          { name: 'X-Steadfast-Tenant', value: 'acme' },
        ]
        const bouncedRecipients = [{ emailAddress: 'ann@example.com' }]
        const bounce = { bounceType: 'Permanent', feedbackId: 'f1', bouncedRecipients }
        const Records = [{ Sns: { Message: JSON.stringify({ bounce, mail: { messageId: 'm', headers } }) } } as never]
        return () => recordBounces({ store, runtime, observer }, { Records }, later(runtime))
      },
    },
  ],
  'add-token-claims': [
    {
      async prepare() {
        const userAttributes = { 'custom:tenant': 'acme', 'custom:role': 'agent' }
        const event = { callerContext: { clientId: 'c' }, request: { userAttributes } } as never
        return () => addTokenClaims({ observer }, event)
      },
    },
  ],
} satisfies Record<string, Case[]>
