import { expect, it } from 'vitest'
import { startRehearsalStack } from '../../commands/migrate/rehearsal-stack.ts'
import { rehearse } from '../../proof/migration/rehearse.ts'

it('a migration goes through every stage and back under traffic, with old and new code, a kill and a halt: no write is lost', async () => {
  const stack = await startRehearsalStack(console.log)
  try {
    const { ok, lines } = await rehearse(stack)
    console.log(lines.join('\n'))
    expect(ok, lines.join('\n')).toBe(true)
  } finally {
    await stack.stop()
  }
}, 600_000)
