import fc from 'fast-check'
import { expect } from 'vitest'
import { announced, bytesOf, type ObjectFixture } from './object-fixture.ts'

/** The twin, and every ETag that was seen so far. */
interface Model {
  twin: ObjectFixture
  etags: string[]
}

type Command = fc.AsyncCommand<Model, ObjectFixture>

/** What one fixture answers; both must answer the same. */
type Ask = (fixture: ObjectFixture, etagsSeen: readonly string[]) => Promise<unknown>

function command(label: string, ask: Ask): Command {
  return {
    check: () => true,
    async run(model, engine) {
      const answers = [await ask(engine, model.etags), await ask(model.twin, model.etags)]
      expect(answers[0], label).toEqual(answers[1])
      const states = [await stateOf(engine), await stateOf(model.twin)]
      expect(states[0], `after ${label}`).toEqual(states[1])
      model.etags.push(...(states[1] ?? []).map(({ etag = '' }) => etag))
    },
    toString: () => label,
  }
}

/** What is stored, without the times: S3 keeps whole seconds. */
async function stateOf({ objects }: ObjectFixture) {
  const { objects: listed } = await objects.list('')
  return Promise.all(listed.map(async ({ key }) => ({ key, ...(await objects.head(key)) })))
}

/** One that was seen, the latest more often than others; one that never was before there is any. */
const pickFrom = (etags: readonly string[], fromLast: number) => etags.at(-1 - (fromLast % 12)) ?? '"none"'

const key = fc.constantFrom('a', 'a/b', 'a b', 'ﬀ', '😀')
const text = fc.constantFrom('', 'one', 'two')
const etagIndex = fc.nat(11)

const commands: fc.Arbitrary<Command>[] = [
  fc
    .tuple(key, text)
    .map(([key, text]) => command(`putOnce(${key}, "${text}")`, ({ objects }) => objects.putOnce(key, bytesOf(text)))),
  fc
    .tuple(key, text)
    .map(([key, text]) => command(`overwrite(${key}, "${text}")`, (fixture) => fixture.overwrite(key, bytesOf(text)))),
  fc.tuple(key, text, text).map(([key, file, sent]) =>
    command(`upload(${key}, "${file}", "${sent}")`, async (fixture) => {
      const { url, headers } = await announced(fixture, key, `${file}.`)
      return fixture.upload(url, headers, bytesOf(`${sent}.`))
    }),
  ),
  fc
    .tuple(key, key, etagIndex)
    .map(([from, to, index]) =>
      command(`copy(${from}, ${to}, ETag ${index})`, ({ objects }, etags) =>
        objects.copy({ from, to, etag: pickFrom(etags, index), contentType: 'text/plain', metadata: {} }),
      ),
    ),
  fc.tuple(key, etagIndex).map(([key, index]) =>
    command(`read(${key}, ETag ${index})`, async ({ objects }, etags) => {
      const bytes = await objects.read(key, { etag: pickFrom(etags, index), bytesMax: 100 })
      return bytes && new TextDecoder().decode(bytes)
    }),
  ),
  key.map((key) => command(`delete(${key})`, ({ objects }) => objects.delete(key))),
  fc.tuple(key, key).map(([prefix, after]) =>
    command(`list(${prefix}, ${after})`, async ({ objects }) => {
      const { objects: listed, next } = await objects.list(prefix, after)
      return { keys: listed.map(({ key }) => key), next }
    }),
  ),
]

/**
 * Sends random calls to the twin and to the engine, and expects the same of both after each. A failure is
 * shrunk to the calls that it needs.
 */
export async function compareObjects(
  fixtures: { twin(): Promise<ObjectFixture>; engine(): Promise<ObjectFixture> },
  { seed, runs, length }: { seed: number; runs: number; length: number },
): Promise<void> {
  const property = fc.asyncProperty(fc.commands(commands, { maxCommands: length, size: 'max' }), async (drawn) => {
    const [twin, engine] = [await fixtures.twin(), await fixtures.engine()]
    await fc.asyncModelRun(() => ({ model: { twin, etags: [] }, real: engine }), drawn)
  })
  await fc.assert(property, { seed, numRuns: runs })
}
