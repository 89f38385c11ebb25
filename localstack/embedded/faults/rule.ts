import * as z from 'zod'

/** A pattern with `*` and `?` as in IAM; case counts. */
const Pattern = z.string().min(1).max(500)

/** Several: each of them in a text of its own, or in one. */
const Patterns = z.union([Pattern, z.array(Pattern).min(1).max(10)])

const Delay = z.int().min(0).max(900_000)

/** Where, of those that fit: all, unless it says which. Counting begins with 1; chance repeats with its seed. */
const Which = {
  /** The first one that is hit, such as 3 for the third. */
  from: z.int().min(1).default(1),
  /** How many are hit; all by default. */
  times: z.int().min(1).optional(),
  /** Of those, so many by chance: 0 to 1. */
  probability: z.number().min(0).max(1).default(1),
  seed: z.int().default(1),
}

const Moment = z.enum(['before', 'amid', 'after'])

/**
 * Out of order: waits until so many later ones that fit the rule have been carried out, or until `ms` are over, for then there is
 * nothing to be overtaken by and it does not count as struck.
 */
const Overtaken = z.strictObject({
  do: z.literal('overtaken'),
  by: z.int().min(1).max(1_000).default(1),
  ms: Delay.default(2_000),
})

/** A month, longer than anything here lasts. */
const skewMsMax = 31 * 24 * 3_600_000

/** What can be done to one call of an AWS API. */
const CallFault = z.discriminatedUnion('do', [
  /** Answered with this error; nothing is carried out. */
  z.strictObject({ do: z.literal('refuse'), error: z.string().min(1), status: z.int().min(400).max(599).default(400) }),
  /** Answered as the service does when there are too many calls. */
  z.strictObject({ do: z.literal('throttle') }),
  z.strictObject({ do: z.literal('delay'), ms: Delay }),
  /** Nothing is carried out and nothing answered; after `ms` the connection is cut, if the caller still waits. */
  z.strictObject({ do: z.literal('time-out'), ms: Delay.default(30_000) }),
  /** Carried out, and the answer never arrives. */
  z.strictObject({ do: z.literal('lose-answer') }),
  /** Waits until the rule is removed. */
  z.strictObject({ do: z.literal('hold') }),
  /**
   * Of an outbox row that is sent twice, by relay and sweeper, or of two messages: how a FIFO queue comes to hold them in the wrong
   * order. Whoever calls may lose patience first and send again.
   */
  Overtaken,
  /**
   * Whoever calls dies: before the call reaches the service, while the service is at it, or after it was carried out, in no case
   * having seen the answer. `stack` is everything at once, as with kill -9.
   */
  z.strictObject({ do: z.literal('kill'), what: z.enum(['function', 'stack']).default('function'), moment: Moment }),
])

/** What can be done to one invocation of a function. */
const InvocationFault = z.discriminatedUnion('do', [
  /** Fails with this error without having run. */
  z.strictObject({ do: z.literal('refuse'), error: z.string().min(1) }),
  z.strictObject({ do: z.literal('throttle') }),
  z.strictObject({ do: z.literal('delay'), ms: Delay }),
  /** Does not run, and fails as timed out after `ms`. */
  z.strictObject({ do: z.literal('time-out'), ms: Delay.default(1_000) }),
  /** Runs to its end, and counts as failed: what it read comes again. */
  z.strictObject({ do: z.literal('lose-answer') }),
  /** Runs twice with the same event, one after the other or both at once; the answer is that of the second. */
  z.strictObject({ do: z.literal('repeat'), atOnce: z.boolean().default(false) }),
  /** Gets the records of its batch in reverse; a batch of one does not count. */
  z.strictObject({ do: z.literal('reverse') }),
  /** Waits until the rule is removed: this consumer is cut off. */
  z.strictObject({ do: z.literal('hold') }),
  /**
   * What can overtake is what AWS would run beside it: other batches of a standard queue, other groups of a FIFO queue (its own group
   * waits behind it), other requests. Nothing overtakes a batch of a stream, which come one after the other in each shard; there
   * a batch comes late or again, never before its turn.
   */
  Overtaken,
  /**
   * Sees a clock that is so far ahead of the true time, or behind where `ms` is negative, for this invocation only; time that passes
   * is as ever. AWS, and so the edge, refuses signatures that are more than 5 minutes off (S3: 15); SDKs then set their clock by the
   * answer and try again, where their attempts allow it.
   */
  z.strictObject({ do: z.literal('skew-clock'), ms: z.int().min(-skewMsMax).max(skewMsMax) }),
  /** Dies before it runs, in the middle of running (after `ms`), or after it did its work. */
  z.strictObject({
    do: z.literal('kill'),
    what: z.enum(['function', 'stack']).default('function'),
    moment: Moment,
    ms: Delay.default(20),
  }),
])

/** What can be done to one connection that a function opens to elsewhere than the edge, such as to a webhook's endpoint. */
const OutgoingFault = z.discriminatedUnion('do', [
  /** Breaks off with this error of Node's before anything was sent. */
  z.strictObject({ do: z.literal('refuse'), error: z.string().min(1).default('ECONNREFUSED') }),
  z.strictObject({ do: z.literal('delay'), ms: Delay }),
  /** Nothing is sent; breaks off after `ms`, if the function still waits. */
  z.strictObject({ do: z.literal('time-out'), ms: Delay.default(30_000) }),
  /** Sent and answered, and the answer never arrives. */
  z.strictObject({ do: z.literal('lose-answer') }),
  /** Waits until the rule is removed. */
  z.strictObject({ do: z.literal('hold') }),
  /** The function dies before anything was sent, or when the answer has come, without having seen it. */
  z.strictObject({ do: z.literal('kill'), moment: z.enum(['before', 'after']) }),
])

const Name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/)

/**
 * One fault at the edge: what it strikes and what it does. Everything under `where` must fit; what is left out fits all.
 * Of several rules that fit, the one that was added first and is due strikes, alone.
 */
export const FaultRule = z.discriminatedUnion('at', [
  z.strictObject({
    name: Name,
    at: z.literal('call'),
    where: z.strictObject({
      /** `dynamodb`, `sqs`, `s3`, `states`, `ses`, `lambda`. */
      service: Pattern.optional(),
      operation: Pattern.optional(),
      /** Table, queue, bucket, state machine or function that is named in the call, by its name. */
      resource: Pattern.optional(),
      /** Any text in the call's input: part of a key, an object's name, a message. */
      key: Patterns.optional(),
      /** The function that calls. */
      function: Pattern.optional(),
    }),
    fault: CallFault,
    ...Which,
  }),
  z.strictObject({
    name: Name,
    at: z.literal('invocation'),
    where: z.strictObject({
      function: Pattern.optional(),
      /** Any text in the payload. */
      key: Patterns.optional(),
    }),
    fault: InvocationFault,
    ...Which,
  }),
  z.strictObject({
    name: Name,
    at: z.literal('outgoing'),
    where: z.strictObject({
      function: Pattern.optional(),
      /** Name or address with its port, such as `127.0.0.1:8080`. Seen of `node:http` and `node:https`; the edge itself is none. */
      host: Pattern.optional(),
      /** Any text in the payload of the invocation. */
      key: Patterns.optional(),
    }),
    fault: OutgoingFault,
    ...Which,
  }),
])
export type FaultRule = z.infer<typeof FaultRule>
/** A rule as it is sent, with defaults left out. */
export type FaultRuleInput = z.input<typeof FaultRule>
export type CallFault = z.infer<typeof CallFault>
export type InvocationFault = z.infer<typeof InvocationFault>
export type OutgoingFault = z.infer<typeof OutgoingFault>

/** A rule with what came of it. `matched` counts what fitted, `fired` what was struck. */
export type CountedRule = FaultRule & { matched: number; fired: number }
