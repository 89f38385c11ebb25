import { describe, expect, it } from 'vitest'
import { createSession } from '../../console/api-console/create-session.ts'
import { readToken } from '../../console/api-console/token.ts'
import { resume } from '../../console/operator-api/command.ts'
import { listsFrom } from '../../console/operator-api/operator-source.ts'

const nowMs = Date.parse('2026-01-02T12:00:00Z')

function tokenOf(claims: object, signature = 'c2lnbmF0dXJl'): string {
  const part = (content: object) => Buffer.from(JSON.stringify(content)).toString('base64url')
  return `${part({ alg: 'ES256' })}.${part(claims)}.${signature}`
}

const claims = { tenant: 'acme', sub: 'ops', role: 'admin', exp: nowMs / 1_000 + 3_600 }
const token = tokenOf(claims)

interface Sent {
  path: string
  init: RequestInit
}

/** A session at an API that answers what it is told to, in turn, and then with an empty list. */
function sessionAt(...answers: (Response | Error | Promise<Response>)[]) {
  const sent: Sent[] = []
  const session = createSession({
    nowMs: () => nowMs,
    async send(path, init) {
      sent.push({ path, init })
      const answer = await (answers.shift() ?? Response.json({ items: [] }))
      if (answer instanceof Error) throw answer
      return answer
    },
  })
  return { session, sent, answers }
}

const problem = (status: number, type: string, more: object = {}, headers: Record<string, string> = {}) =>
  Response.json(
    { type: `https://steadfast.dev/problems/${type}`, title: 'Title', detail: 'Detail.', retryable: false, ...more },
    { status, headers },
  )

describe('a pasted token', () => {
  it.each([
    ['as it is', token],
    ['with spaces and a line break around it', `  ${token}\n`],
    ['with its scheme', `Bearer ${token}`],
  ])('is taken %s', (_how, pasted) => {
    expect(readToken(pasted)).toEqual({
      token,
      claims: { tenant: 'acme', user: 'ops', role: 'admin', expiresAtMs: claims.exp * 1_000 },
    })
  })

  it('may name people in any script', () => {
    expect(readToken(tokenOf({ ...claims, sub: '京子 😀' }))).toMatchObject({ claims: { user: '京子 😀' } })
  })

  it.each([
    '',
    'a.b',
    'not a token',
    `${token}\r\nX-Evil: 1`,
    tokenOf({ ...claims, tenant: undefined }),
    tokenOf({ ...claims, exp: 'tomorrow' }),
    tokenOf([]),
    'a.b.c',
    `${token}.d`,
  ])('that is none is sent nowhere, and not repeated: %j', async (pasted) => {
    const { session, sent } = sessionAt()
    const refused = await session.signIn(pasted)
    expect(refused).toMatch(/^(Paste a token first|This is no token)/)
    expect(sent).toEqual([])
    expect(session.who.value).toBeUndefined()
  })
})

const resumeOf = (parkingId: string) => resume({ id: 's1', state: 'parked', generation: 1, parkingId })

describe('a session', () => {
  it('begins when the API takes the token for one of an operator', async () => {
    const { session, sent } = sessionAt()
    expect(await session.signIn(token)).toBeUndefined()
    expect(session.who.value).toEqual({ tenant: 'acme', user: 'ops', role: 'admin', expiresAtMs: claims.exp * 1_000 })
    expect(sent.map(({ path, init }) => [init.method, path])).toEqual([['GET', 'sagas?limit=1']])
    expect(JSON.stringify(session)).not.toContain(token)
  })

  it('sends the token in its header only, and lets nothing of an answer stay', async () => {
    const { session, sent } = sessionAt()
    await session.signIn(token)
    await session.send(resumeOf('p1'))
    const [, command] = sent
    expect(command).toEqual({
      path: 'sagas/s1/resume',
      init: {
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          'idempotency-key': 'console-resume-p1-ops',
        },
        body: '{"parkingId":"p1"}',
        cache: 'no-store',
        credentials: 'omit',
        redirect: 'error',
      },
    })
  })

  it('tells why a read model may lack something', async () => {
    const view = () => Response.json({ asOf: null }, { headers: { 'x-view-stale': 'blocked, behind' } })
    const { session } = sessionAt(Response.json({ items: [] }), view(), Response.json({ asOf: null }))
    await session.signIn(token)
    expect(await session.ask('/dashboard')).toEqual({
      status: 'there',
      value: { asOf: null },
      isRepeat: false,
      stale: 'blocked, behind',
    })
    expect(await session.ask('/dashboard')).toMatchObject({ stale: '' })
  })

  const expired = tokenOf({ ...claims, exp: nowMs / 1_000 - 1 })
  it.each([
    ['has expired', expired, problem(401, 'unauthenticated'), /^Your token expired at .*Get a new one/],
    [
      'is of another stage',
      token,
      problem(401, 'unauthenticated'),
      /does not accept this token.*get one for this stage/,
    ],
    ['is of an agent', tokenOf({ ...claims, role: 'agent' }), problem(403, 'forbidden'), /^Your role is agent.*admin/],
    ['is of a deactivated user', token, problem(403, 'user-deactivated'), /deactivated. Ask an admin/],
    ['comes while too many do', token, problem(429, 'throttled'), /no more requests for now/],
    ['meets an API that is down', token, new TypeError('fetch failed'), /^The API does not answer/],
    ['meets a proxy that says so in HTML', token, new Response('<html>', { status: 502 }), /^The API answered 502/],
  ])('does not begin with a token that %s, and says what to do', async (_why, pasted, answer, words) => {
    const { session } = sessionAt(answer)
    const refused = await session.signIn(pasted)
    expect(refused).toMatch(words)
    expect(refused).not.toContain(pasted)
    expect(session.who.value).toBeUndefined()
    expect(await session.ask('sagas')).toMatchObject({ status: 'failed', why: 'You are signed out.' })
  })

  it.each([
    ['refuses the token', problem(401, 'unauthenticated'), /does not accept this token/],
    ['says that the user is deactivated', problem(403, 'user-deactivated'), /deactivated/],
  ])('ends when the API %s, and says why', async (_what, answer, words) => {
    const { session, sent } = sessionAt(Response.json({ items: [] }), answer)
    await session.signIn(token)
    await session.ask('sagas')
    expect([session.who.value, session.ended.value]).toEqual([undefined, expect.stringMatching(words)])
    await session.ask('sagas')
    expect(sent).toHaveLength(2)
  })

  it.each([
    ['a refusal of one command', problem(409, 'parking-not-current'), { isRetryable: false, why: 'Title: Detail.' }],
    ['a role that may not do it', problem(403, 'forbidden'), { isRetryable: false }],
    ['an unknown outcome', problem(503, 'outcome-unknown', { retryable: true }), { isRetryable: true }],
    ['a limit', problem(429, 'throttled', {}, { 'retry-after': '7' }), { isRetryable: true, retryAfterMs: 7_000 }],
    ['silence', new TypeError('fetch failed'), { isRetryable: true, why: 'The API does not answer.' }],
    ['an answer cut short', new Response('{"items":[', { status: 200 }), { isRetryable: true }],
  ])('goes on after %s', async (_what, answer, expected) => {
    const { session } = sessionAt(Response.json({ items: [] }), answer)
    await session.signIn(token)
    expect(await session.ask('sagas')).toMatchObject({ status: 'failed', endsSession: false, ...expected })
    expect(session.who.value).toBeDefined()
  })

  it('never shows an answer to who signed in after it was asked for', async () => {
    const late = Promise.withResolvers<Response>()
    const { session } = sessionAt(Response.json({ items: [] }), late.promise)
    await session.signIn(token)
    const asked = session.ask('sagas')
    session.signOut()
    await session.signIn(tokenOf({ ...claims, tenant: 'globex' }))
    late.resolve(Response.json({ items: ['of acme'] }))
    expect(await asked).toMatchObject({ status: 'failed', why: 'You are signed out.' })
    expect(session.who.value?.tenant).toBe('globex')
  })

  it('is not ended by a refusal that an earlier one got', async () => {
    const late = Promise.withResolvers<Response>()
    const { session } = sessionAt(Response.json({ items: [] }), late.promise)
    await session.signIn(token)
    const asked = session.ask('sagas')
    session.signOut()
    await session.signIn(token)
    late.resolve(problem(401, 'unauthenticated'))
    await asked
    expect(session.who.value).toBeDefined()
  })
})

describe('who reads again and again', () => {
  it.each([
    ['goes on after an answer', Response.json({}), { isOk: true }],
    ['goes on after a refusal, which would be the same again', problem(404, 'not-found'), { isOk: true }],
    ['slows down after a failure', problem(503, 'unavailable', { retryable: true }), { isOk: false }],
    ['slows down after silence', new TypeError('fetch failed'), { isOk: false }],
    [
      'waits as the API asks for',
      problem(429, 'throttled', {}, { 'retry-after': '7' }),
      { isOk: false, retryAfterMs: 7_000 },
    ],
  ])('%s', async (_what, answer, reading) => {
    const { session } = sessionAt(Response.json({ items: [] }), answer)
    await session.signIn(token)
    await session.ask('/sagas')
    expect(await session.lastReading()).toMatchObject(reading)
  })

  it('begins no other reading before the one that is under way has ended', async () => {
    const late = Promise.withResolvers<Response>()
    const { session } = sessionAt(Response.json({ items: [] }), late.promise)
    await session.signIn(token)
    void session.ask('/sagas')
    let isTold = false
    const lastReading = session.lastReading().then((reading) => {
      isTold = true
      return reading
    })
    await new Promise(setImmediate)
    expect(isTold).toBe(false)
    late.resolve(problem(503, 'unavailable', { retryable: true }))
    expect(await lastReading).toMatchObject({ isOk: false })
  })

  it('waits for every page of a list', async () => {
    const late = Promise.withResolvers<Response>()
    const firstPage = Response.json({ items: [], nextCursor: 'c1' })
    const { session, sent } = sessionAt(Response.json({ items: [] }), firstPage, late.promise)
    await session.signIn(token)
    const { sagas } = listsFrom((_tenant, path) => session.ask(path))
    void sagas('acme', { cursor: undefined, limit: 50 })
    const isRead = session.lastReading().then(() => true)
    const isWaiting = new Promise((resolve) => setTimeout(resolve, 20)).then(() => false)
    expect([await Promise.race([isRead, isWaiting]), sent.length]).toEqual([false, 3])
    late.resolve(Response.json({ items: [] }))
    expect(await isRead).toBe(true)
  })

  it('slows down when one of several answers was a failure, until none is', async () => {
    const limit = problem(429, 'throttled', {}, { 'retry-after': '7' })
    const { session } = sessionAt(Response.json({ items: [] }), limit)
    await session.signIn(token)
    await session.ask('/sagas')
    await session.ask('/holds')
    expect(await session.lastReading()).toEqual({ isOk: false, retryAfterMs: 7_000 })
    await session.ask('/sagas')
    expect(await session.lastReading()).toMatchObject({ isOk: true })
  })
})

describe('a command', () => {
  it.each([
    ['is done', Response.json({}), { is: 'done', isRepeat: false }],
    [
      'was done before',
      Response.json({}, { headers: { 'idempotent-replayed': 'true' } }),
      { is: 'done', isRepeat: true },
    ],
    ['is refused', problem(409, 'parking-not-current'), { is: 'refused', why: 'Title: Detail.' }],
    ['may have been done', problem(503, 'outcome-unknown', { retryable: true }), { is: 'unknown' }],
    ['got no answer', new TypeError('fetch failed'), { is: 'unknown', why: 'The API does not answer.' }],
    ['got half of an answer', new Response('{"id":', { status: 200 }), { is: 'unknown' }],
  ])('%s', async (_how, answer, expected) => {
    const { session } = sessionAt(Response.json({ items: [] }), answer)
    await session.signIn(token)
    expect(await session.send(resumeOf('p1'))).toMatchObject(expected)
  })

  it('has the same key when it is sent again, and another one for another operator', async () => {
    const { session, sent } = sessionAt()
    for (const sub of ['ops', 'ops', '京子']) {
      await session.signIn(tokenOf({ ...claims, sub }))
      await session.send(resumeOf('p1'))
    }
    const keys = sent.flatMap(({ init }) => (init.headers as Record<string, string>)['idempotency-key'] ?? [])
    expect(keys).toEqual(['console-resume-p1-ops', 'console-resume-p1-ops', 'console-resume-p1-%E4%BA%AC%E5%AD%90'])
  })

  it('that is under way when one signs out has no definite answer', async () => {
    const late = Promise.withResolvers<Response>()
    const { session } = sessionAt(Response.json({ items: [] }), late.promise)
    await session.signIn(token)
    const sent = session.send(resumeOf('p1'))
    session.signOut()
    late.resolve(Response.json({}))
    expect(await sent).toMatchObject({ is: 'unknown' })
    expect(await session.send(resumeOf('p1'))).toMatchObject({ is: 'refused' })
  })
})
