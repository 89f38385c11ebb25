import * as z from 'zod'

/** A pattern with `*` and `?` as in IAM. Case-sensitive. */
const Pattern = z.string().min(1).max(500)

/** One pattern, or several that must all match, each any text of the input. */
const Patterns = z.union([Pattern, z.array(Pattern).min(1).max(10)])

const Delay = z.int().min(0).max(900_000)

/** Which of the matching calls the fault fires at: all by default. */
const Which = {
  /** The first match at which it fires, counted from 1. */
  from: z.int().min(1).default(1),
  /** How many times it fires; without a limit by default. */
  times: z.int().min(1).optional(),
  /** The probability of firing at a match: 0 to 1. Reproducible from `seed`. */
  probability: z.number().min(0).max(1).default(1),
  seed: z.int().default(1),
}

const Moment = z.enum(['before', 'amid', 'after'])

/**
 * Reordering: waits until `by` later calls that match the rule have completed. If that takes longer than `ms`, there was nothing to be
 * overtaken by: it goes on and does not count as fired.
 */
const Overtaken = z.strictObject({
  do: z.literal('overtaken'),
  by: z.int().min(1).max(1_000).default(1),
  ms: Delay.default(2_000),
})

/** A month: longer than any time limit of the app. */
const skewMsMax = 31 * 24 * 3_600_000

/** Faults of a call to an AWS API. */
const CallFault = z.discriminatedUnion('do', [
  /** Fails with this error. The service does not execute the call. */
  z.strictObject({ do: z.literal('refuse'), error: z.string().min(1), status: z.int().min(400).max(599).default(400) }),
  /** Fails with the service's own throttling error. The service does not execute the call. */
  z.strictObject({ do: z.literal('throttle') }),
  z.strictObject({ do: z.literal('delay'), ms: Delay }),
  /** The service does not execute the call and sends no response. After `ms` the connection is closed. */
  z.strictObject({ do: z.literal('time-out'), ms: Delay.default(30_000) }),
  /** The service executes the call, but the response is lost: the connection is closed. */
  z.strictObject({ do: z.literal('lose-answer') }),
  /** Waits until the rule is removed. */
  z.strictObject({ do: z.literal('hold') }),
  /**
   * Of a Query, Scan or BatchGetItem alone: waits until a transaction on one of its tables is committed, and answers each item that this
   * changes as before (with the probability `share`) or as after it. AWS isolates items in such reads, not transactions. GetItem and
   * TransactGetItems never match. When none is committed within `ms`, or nothing is answered as before, the fault does not count as fired.
   */
  z.strictObject({
    do: z.literal('half-applied'),
    share: z.number().min(0).max(1).default(0.5),
    ms: Delay.default(100),
  }),
  /** Puts messages into a FIFO queue in the wrong order, for example. The caller may time out first and send again. */
  Overtaken,
  /**
   * Kills the calling function before the call reaches the service, during its execution (`amid`) or after it. The function never sees
   * the response. `stack` kills the whole stack, as kill -9 does.
   */
  z.strictObject({ do: z.literal('kill'), what: z.enum(['function', 'stack']).default('function'), moment: Moment }),
])

/** Faults of an invocation of a function. */
const InvocationFault = z.discriminatedUnion('do', [
  /** Fails with this error. The function does not run. */
  z.strictObject({ do: z.literal('refuse'), error: z.string().min(1) }),
  z.strictObject({ do: z.literal('throttle') }),
  z.strictObject({ do: z.literal('delay'), ms: Delay }),
  /** Fails as timed out after `ms`. The function does not run. */
  z.strictObject({ do: z.literal('time-out'), ms: Delay.default(1_000) }),
  /** The invocation counts as successful although the function does not run: its event is lost, and nothing tells. */
  z.strictObject({ do: z.literal('lose') }),
  /** The function completes, but the invocation counts as failed, so its event is delivered again. */
  z.strictObject({ do: z.literal('lose-answer') }),
  /** The invocation succeeds with this payload in place of the function's own, which does not run unless `run` says so. */
  z.strictObject({ do: z.literal('answer'), payload: z.json(), run: z.boolean().default(false) }),
  /** Runs the function twice with the same event, in sequence or at once. The second result counts. */
  z.strictObject({ do: z.literal('repeat'), atOnce: z.boolean().default(false) }),
  /** Delivers the records of a batch in reverse order. A batch of one record does not match. */
  z.strictObject({ do: z.literal('reverse') }),
  /** Waits until the rule is removed. The consumer receives nothing until then. */
  z.strictObject({ do: z.literal('hold') }),
  /**
   * Only what AWS would run concurrently can overtake: other batches of a standard queue, other message groups of a FIFO queue (its own
   * group waits), other requests. Nothing overtakes a stream batch, because a shard delivers its batches one after the other.
   */
  Overtaken,
  /**
   * Shifts the function's clock by `ms` for this invocation: ahead, or behind when negative. AWS, and so the edge, refuses signatures
   * that are more than 5 minutes off (S3: 15); SDKs then correct their clock from the response and retry, if they have attempts left.
   */
  z.strictObject({ do: z.literal('skew-clock'), ms: z.int().min(-skewMsMax).max(skewMsMax) }),
  /** Kills the function before it runs, while it runs (`amid`, after `ms`) or after it completed. */
  z.strictObject({
    do: z.literal('kill'),
    what: z.enum(['function', 'stack']).default('function'),
    moment: Moment,
    ms: Delay.default(20),
  }),
])

/** Faults of an outgoing connection of a function to anything but the edge, such as a webhook endpoint. */
const OutgoingFault = z.discriminatedUnion('do', [
  /** Fails with this Node error code before anything is sent. */
  z.strictObject({ do: z.literal('refuse'), error: z.string().min(1).default('ECONNREFUSED') }),
  z.strictObject({ do: z.literal('delay'), ms: Delay }),
  /** Sends nothing and fails after `ms`. */
  z.strictObject({ do: z.literal('time-out'), ms: Delay.default(30_000) }),
  /** The request is sent and answered, but the response is lost. */
  z.strictObject({ do: z.literal('lose-answer') }),
  /** Waits until the rule is removed. */
  z.strictObject({ do: z.literal('hold') }),
  /** Kills the function before anything is sent, or after the response arrived but before the function sees it. */
  z.strictObject({ do: z.literal('kill'), moment: z.enum(['before', 'after']) }),
])

const Name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/)

/**
 * A fault rule of the edge. `where` says what it matches: every given property must match, a missing one matches everything. `fault`
 * says what it does. When several rules match, the first added one that is due fires, and no other.
 */
export const FaultRule = z.discriminatedUnion('at', [
  z.strictObject({
    name: Name,
    at: z.literal('call'),
    where: z.strictObject({
      /** `dynamodb`, `sqs`, `s3`, `states`, `ses`, `lambda`. */
      service: Pattern.optional(),
      operation: Pattern.optional(),
      /** Name of a table, queue, bucket, state machine or function in the call. */
      resource: Pattern.optional(),
      /** Any text in the call's input: part of a key, an object key, a message. */
      key: Patterns.optional(),
      /** The calling function. */
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
      /** Host with port, such as `127.0.0.1:8080`. Covers `node:http` and `node:https`; calls to the edge never match. */
      host: Pattern.optional(),
      /** Any text in the payload of the current invocation. */
      key: Patterns.optional(),
    }),
    fault: OutgoingFault,
    ...Which,
  }),
])
export type FaultRule = z.infer<typeof FaultRule>
/** A rule as a client sends it: properties with a default may be missing. */
export type FaultRuleInput = z.input<typeof FaultRule>
export type CallFault = z.infer<typeof CallFault>
export type InvocationFault = z.infer<typeof InvocationFault>
export type OutgoingFault = z.infer<typeof OutgoingFault>

/** A rule with its counters: `matched` counts matching calls, `fired` the injected faults. */
export type CountedRule = FaultRule & { matched: number; fired: number }
