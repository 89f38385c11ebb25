import type { Fault } from '../wire.ts'

/** A rule as `POST faults` takes it. */
export type Rule = Pick<Fault, 'name' | 'at' | 'where' | 'fault'> & { probability?: number }

/** A failure that people ask about, as a switch. */
export interface Preset {
  title: string
  /** What then happens, and what is promised nevertheless. */
  says: string
  rule: Rule
  /** Whether one can set how often it strikes. */
  hasChance: boolean
}

/** Half of the time is often enough to see it, and leaves the rest to go on. */
export const chanceAtFirst = 0.5

/** The checker reads by the same door, and is to tell the truth meanwhile. */
const ofFunctions = { function: '*' }

export const presets: readonly Preset[] = [
  {
    title: 'Answers get lost',
    says: 'A transaction is committed and its answer never arrives. The function repeats it, and takes effect once.',
    rule: {
      name: 'console-lost-answers',
      at: 'call',
      where: { service: 'dynamodb', operation: 'TransactWriteItems', ...ofFunctions },
      fault: { do: 'lose-answer' },
    },
    hasChance: true,
  },
  {
    title: 'The mail service is down',
    says: 'Sagas that send mail retry until it is back, or undo what they did after a definite refusal.',
    rule: { name: 'console-no-mail', at: 'call', where: { service: 'ses' }, fault: { do: 'throttle' } },
    hasChance: false,
  },
  {
    title: 'The mail service refuses',
    says: 'A definite refusal: the notification compensates, and its in-app notice is withdrawn.',
    rule: {
      name: 'console-mail-refused',
      at: 'call',
      where: { service: 'ses' },
      fault: { do: 'refuse', error: 'MessageRejected', status: 400 },
    },
    hasChance: true,
  },
  {
    title: 'Messages come twice',
    says: 'Each consumer runs twice with the same messages. Its checkpoint lets the second run change nothing.',
    rule: {
      name: 'console-twice',
      at: 'invocation',
      where: { function: '*-project-views' },
      fault: { do: 'repeat' },
    },
    hasChance: true,
  },
  {
    title: 'A consumer dies half way',
    says: 'project-views is killed while it works. The message comes again, and is applied once.',
    rule: {
      name: 'console-consumer-dies',
      at: 'invocation',
      where: { function: '*-project-views' },
      fault: { do: 'kill', what: 'function', moment: 'amid' },
    },
    hasChance: true,
  },
  {
    title: 'The relay stands still',
    says: 'Events stay in the outbox, and nothing is lost: they go on when it is lifted. Promise 6 is not kept until then.',
    rule: { name: 'console-relay-held', at: 'invocation', where: { function: '*-outbox' }, fault: { do: 'hold' } },
    hasChance: false,
  },
  {
    title: 'The database is throttled',
    says: 'DynamoDB refuses calls as overloaded. Functions try again within their time; a client may get a retryable 503.',
    rule: {
      name: 'console-throttled',
      at: 'call',
      where: { service: 'dynamodb', ...ofFunctions },
      fault: { do: 'throttle' },
    },
    hasChance: true,
  },
  {
    title: 'Everything is slow',
    says: 'Each call of a function to the database takes 300 ms more.',
    rule: {
      name: 'console-slow',
      at: 'call',
      where: { service: 'dynamodb', ...ofFunctions },
      fault: { do: 'delay', ms: 300 },
    },
    hasChance: true,
  },
]

/** The rule of a preset that is on; undefined while it is off. */
export const faultOf = ({ rule }: Preset, faults: readonly Fault[]): Fault | undefined =>
  faults.find(({ name }) => name === rule.name)

/** Rules that are no preset's: set by a form, a scenario or a program. */
export const otherFaults = (faults: readonly Fault[]): Fault[] =>
  faults.filter(({ name }) => !presets.some(({ rule }) => rule.name === name))

/** How often a rule struck, such as `struck 3 of 40`. */
export function strikes({ fired, matched }: Pick<Fault, 'fired' | 'matched'>): string {
  return matched === 0 ? 'nothing met it yet' : `struck ${fired} of ${matched}`
}

/** A rule in a line: `call dynamodb TransactWriteItems: lose-answer`. */
export function ruleWords({ at, where, fault }: Pick<Fault, 'at' | 'where' | 'fault'>): string {
  const met = Object.values(where).flat().join(' ')
  return `${at}${met === '' ? '' : ` ${met}`}: ${fault.do}`
}
