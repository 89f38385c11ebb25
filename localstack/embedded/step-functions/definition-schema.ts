import { z } from 'zod'
import { parseExpression } from './expression.ts'
import { isObject, type Json } from './json.ts'
import { isReference, parsePath } from './json-path.ts'
import { instantOf } from './timestamps.ts'

/** The fields of each state type as ASL has them for JSONPath. Unknown fields are refused. */

const secondsMax = 99_999_999

/** Reports what `read` throws for a text as a problem of its field. */
const readable = (read: (text: string) => unknown) => (text: string, context: z.RefinementCtx) => {
  try {
    read(text)
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) })
  }
}

const path = z.string().superRefine(readable(parsePath))
const expression = z.string().superRefine(readable(parseExpression))
const referencePath = z.string().superRefine(
  readable((text) => {
    const parsed = parsePath(text)
    if (!isReference(parsed) || parsed.root.kind !== 'input') throw new SyntaxError(`'${text}' is not a reference path`)
  }),
)
const json = z.json() as z.ZodType<Json>
const template = json.superRefine((value, context) => checkTemplate(value, [], context))
export const assign = z
  .record(z.string().regex(/^[A-Za-z]\w{0,79}(\.\$)?$/, 'is not a variable name'), json)
  .superRefine((value, context) => checkTemplate(value as Json, [], context))

const common = { Comment: z.string().optional(), QueryLanguage: z.literal('JSONPath').optional() }
const filters = { InputPath: path.nullable().optional(), OutputPath: path.nullable().optional() }
const onward = { Next: z.string().optional(), End: z.boolean().optional() }
const result = { ResultPath: referencePath.nullable().optional(), ResultSelector: template.optional() }
const seconds = z.int().min(1).max(secondsMax)

const retrier = z.strictObject({
  Comment: z.string().optional(),
  ErrorEquals: z.array(z.string()).min(1),
  IntervalSeconds: seconds.optional(),
  MaxAttempts: z.int().min(0).max(secondsMax).optional(),
  BackoffRate: z.number().min(1).optional(),
  MaxDelaySeconds: z.int().min(1).max(31_622_400).optional(),
  JitterStrategy: z.enum(['FULL', 'NONE']).optional(),
})
const catcher = z.strictObject({
  Comment: z.string().optional(),
  ErrorEquals: z.array(z.string()).min(1),
  Next: z.string(),
  ResultPath: referencePath.nullable().optional(),
  Assign: assign.optional(),
})
const recovery = { Retry: z.array(retrier).optional(), Catch: z.array(catcher).optional() }

const pass = z.strictObject({
  Type: z.literal('Pass'),
  ...common,
  ...filters,
  ...onward,
  ResultPath: result.ResultPath,
  Parameters: template.optional(),
  Result: json.optional(),
  Assign: assign.optional(),
})
const task = z.strictObject({
  Type: z.literal('Task'),
  ...common,
  ...filters,
  ...onward,
  ...result,
  ...recovery,
  Resource: z.string(),
  Parameters: template.optional(),
  TimeoutSeconds: seconds.optional(),
  TimeoutSecondsPath: path.optional(),
  HeartbeatSeconds: seconds.optional(),
  HeartbeatSecondsPath: path.optional(),
  Assign: assign.optional(),
})
const choice = z.strictObject({
  Type: z.literal('Choice'),
  ...common,
  ...filters,
  Choices: z.array(z.record(z.string(), json)).min(1),
  Default: z.string().optional(),
  Assign: assign.optional(),
})
const wait = z.strictObject({
  Type: z.literal('Wait'),
  ...common,
  ...filters,
  ...onward,
  Seconds: z.int().min(0).max(secondsMax).optional(),
  SecondsPath: path.optional(),
  Timestamp: z
    .string()
    .refine((text) => instantOf(text) !== undefined, 'is not an RFC 3339 timestamp')
    .optional(),
  TimestampPath: path.optional(),
  Assign: assign.optional(),
})
const succeed = z.strictObject({ Type: z.literal('Succeed'), ...common, ...filters })
const fail = z.strictObject({
  Type: z.literal('Fail'),
  ...common,
  Error: z.string().optional(),
  ErrorPath: expression.optional(),
  Cause: z.string().optional(),
  CausePath: expression.optional(),
})
const parallel = z.strictObject({
  Type: z.literal('Parallel'),
  ...common,
  ...filters,
  ...onward,
  ...result,
  ...recovery,
  Parameters: template.optional(),
  Branches: z.array(z.unknown()).min(1),
  Assign: assign.optional(),
})
const map = z.strictObject({
  Type: z.literal('Map'),
  ...common,
  ...filters,
  ...onward,
  ...result,
  ...recovery,
  ItemsPath: path.optional(),
  ItemSelector: template.optional(),
  /** The older name of ItemSelector. */
  Parameters: template.optional(),
  ItemProcessor: z.unknown().optional(),
  /** The older name of ItemProcessor. */
  Iterator: z.unknown().optional(),
  MaxConcurrency: z.int().min(0).optional(),
  MaxConcurrencyPath: path.optional(),
  /** Of mode DISTRIBUTED only, as are the four that follow. */
  Label: z
    .string()
    .min(1)
    .max(40)
    .regex(/^[^\s?*<>{}[\]:;,\\|^~$#%&`"\p{Cc}]+$/u, 'holds a character that no label may have')
    .optional(),
  ToleratedFailureCount: z.int().min(0).optional(),
  ToleratedFailureCountPath: path.optional(),
  ToleratedFailurePercentage: z.number().min(0).max(100).optional(),
  ToleratedFailurePercentagePath: path.optional(),
  Assign: assign.optional(),
})

export const state = z.discriminatedUnion('Type', [pass, task, choice, wait, succeed, fail, parallel, map])

export const container = z.strictObject({
  Comment: z.string().optional(),
  QueryLanguage: z.literal('JSONPath').optional(),
  ProcessorConfig: z
    .strictObject({
      Mode: z.enum(['INLINE', 'DISTRIBUTED']).optional(),
      ExecutionType: z.enum(['STANDARD', 'EXPRESS']).optional(),
    })
    .optional(),
  StartAt: z.string(),
  States: z.record(z.string(), z.unknown()),
})

export const machine = container.omit({ ProcessorConfig: true }).extend({
  Version: z.literal('1.0').optional(),
  TimeoutSeconds: seconds.optional(),
})

export type Retrier = z.infer<typeof retrier>
export type Catcher = z.infer<typeof catcher>
export type PassState = z.infer<typeof pass>
export type TaskState = z.infer<typeof task>
export type ChoiceState = z.infer<typeof choice>
export type WaitState = z.infer<typeof wait>
export type FailState = z.infer<typeof fail>
export type SucceedState = z.infer<typeof succeed>
export type ParallelFields = z.infer<typeof parallel>
export type MapFields = z.infer<typeof map>

function checkTemplate(value: Json, at: (string | number)[], context: z.RefinementCtx): void {
  if (Array.isArray(value)) for (const [index, item] of value.entries()) checkTemplate(item, [...at, index], context)
  if (!isObject(value)) return
  for (const [key, member] of Object.entries(value)) {
    const path = [...at, key]
    if (!key.endsWith('.$')) checkTemplate(member, path, context)
    else if (typeof member !== 'string')
      context.addIssue({ code: 'custom', path, message: 'must hold a path or a call' })
    else
      readable(parseExpression)(member, {
        ...context,
        addIssue: (issue) => context.addIssue({ ...(issue as object), path } as never),
      })
  }
}
