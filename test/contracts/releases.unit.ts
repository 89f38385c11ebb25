import { Ajv2020 } from 'ajv/dist/2020.js'
import { beforeAll, describe, expect, it } from 'vitest'
import { type DomainEvent, ticketEventTypes } from '../../domain/event.ts'
import { acceptedBreaks } from '../../proof/contracts/accepted-breaks.ts'
import { contractFiles } from '../../proof/contracts/registry.ts'
import { breaksOfReleases, readReleases } from '../../proof/contracts/releases.ts'
import { messageBody } from '../../sagas/webhook/message-body.ts'
import { allRows } from '../fixtures/dump.ts'
import { healthySystem } from '../proof/healthy-system.ts'

/** SHA-256 of each release. A line is added by a release, and never changed: others hold us to what it says. */
const frozen = { 1: '1e515aca584415b04917278a543f2241cf292d92a8900baabc9177102a55ecfb' }

const files = contractFiles()
const releases = readReleases()

describe('the contracts', () => {
  it('are kept as each release promised them', () => {
    expect(Object.fromEntries(releases.map(({ number, digest }) => [number, digest]))).toEqual(frozen)
  })

  it('break nobody who relies on any release, but where that was decided', () => {
    const breaks = new Set(breaksOfReleases(files, releases).map(({ says }) => says))
    expect([...breaks].toSorted()).toEqual(acceptedBreaks.map(({ says }) => says).toSorted())
  })

  it('have a name each', () => {
    const names = files.flatMap((file) => file.contractsIn(file.document).map(({ name }) => name))
    expect(names).toEqual([...new Set(names)])
    expect(names).toEqual(
      expect.arrayContaining(['event ticket.opened', 'webhook ticket.opened', 'POST /tickets', 'POST /tickets 201']),
    )
  })
})

describe.each(releases)('what this version sends and stores, by release $number', ({ documents }) => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  let events: Record<string, unknown>[] = []
  beforeAll(async () => {
    events = (await allRows((await healthySystem()).store, 'Events')).map(({ pk: _, sk: __, ...event }) => event)
  })

  /** The errors of each document by the contract of its type; none for a type that the release did not know. */
  function errorsOf(file: string, sent: readonly { type?: unknown }[]) {
    const { $defs } = documents[file] as { $defs: Record<string, object> }
    return sent.flatMap((document) => {
      const type = String(document.type)
      const schema = $defs[type] && ignoringUnknown($defs[type])
      // The type is a guard, which would say that a document with errors is none.
      const isValid: boolean = !schema || ajv.validate(schema, document)
      return isValid ? [] : [{ type, errors: ajv.errorsText() }]
    })
  }

  it('are events that its consumers know', () => {
    expect(events.length).toBeGreaterThan(10)
    expect(errorsOf('events', events)).toEqual([])
  })

  it('are webhook messages that its endpoints know, of every type of event', () => {
    const ofTickets = events.filter(({ type }) => (ticketEventTypes as string[]).includes(String(type)))
    const bodies: { type: string }[] = ofTickets.map((event) =>
      JSON.parse(messageBody(event as unknown as DomainEvent)),
    )
    expect(new Set(bodies.map(({ type }) => type)).size).toBeGreaterThan(5)
    expect(errorsOf('webhooks', bodies)).toEqual([])
  })
})

/** A schema by which a consumer reads that ignores members it does not know. */
function ignoringUnknown(schema: object): object {
  const isClosed = (key: string, value: unknown) => key === 'additionalProperties' && value === false
  return JSON.parse(JSON.stringify(schema, (key, value) => (isClosed(key, value) ? undefined : value)))
}
