import { z } from 'zod'
import { AwsError } from '../aws-error.ts'
import { actionOf, durationMs, invalid } from './actions.ts'

const tags = z.record(z.string(), z.string()).default({})
const target = z.strictObject({
  resourceType: z.enum(['aws:lambda:function', 'aws:iam:role']),
  resourceArns: z.array(z.string().min(20)).min(1).max(5),
  selectionMode: z.literal('ALL'),
})
const template = z.strictObject({
  clientToken: z.string().min(1).max(1024),
  description: z.string().max(512),
  stopConditions: z.array(z.strictObject({ source: z.string(), value: z.string().optional() })),
  targets: z.record(z.string(), target).default({}),
  actions: z.record(
    z.string(),
    z.strictObject({
      actionId: z.string(),
      description: z.string().max(512).optional(),
      parameters: z.record(z.string(), z.string()).default({}),
      targets: z.record(z.string(), z.string()).default({}),
      startAfter: z.array(z.string()).default([]),
    }),
  ),
  roleArn: z.string().min(20).max(2048),
  tags,
  experimentOptions: z
    .strictObject({
      accountTargeting: z.literal('single-account').optional(),
      emptyTargetResolutionMode: z.literal('fail').optional(),
    })
    .optional(),
})
const start = z.strictObject({
  clientToken: z.string().min(1).max(1024),
  experimentTemplateId: z.string(),
  experimentOptions: z.strictObject({ actionsMode: z.literal('run-all').optional() }).optional(),
  tags,
})

export type Template = Omit<z.infer<typeof template>, 'experimentOptions'>

/** Members that FIS has and this stack does not carry out. */
const unsupported = ['logConfiguration', 'experimentReportConfiguration']
const unsupportedOfTargets = ['resourceTags', 'filters', 'parameters']

/** Reads a template, with its actions and their parameters. Throws before anything of it is kept. */
export function readTemplate(input: Record<string, unknown>): Template {
  for (const member of unsupported) if (input[member] !== undefined) throw notSupported(member)
  for (const given of Object.values((input.targets ?? {}) as Record<string, Record<string, unknown>>)) {
    for (const member of unsupportedOfTargets)
      if (given?.[member] !== undefined) throw notSupported(`targets by ${member}`)
    if (typeof given?.selectionMode === 'string' && /^(COUNT|PERCENT)\(/.test(given.selectionMode))
      throw notSupported(`the selection mode ${given.selectionMode}`)
  }
  const { experimentOptions: _, ...asked } = read(template, input)
  for (const { source } of asked.stopConditions)
    if (source !== 'none') throw notSupported(`the stop condition ${source}: alarms have no effect here`)
  for (const [name, action] of Object.entries(asked.actions)) checkAction(name, action, asked)
  checkOrder(asked)
  return asked
}

const page = z.object({
  maxResults: z.coerce.number().int().min(1).max(100).default(100),
  nextToken: z.string().optional(),
})

/** A page of a list, as `maxResults` and `nextToken` ask for it. The token is the identifier before the page. */
export function pageOf<Item extends { id: string }>(
  all: readonly Item[],
  input: Record<string, unknown>,
): { items: Item[]; nextToken?: string } {
  const { maxResults, nextToken } = read(page, input)
  const before = nextToken === undefined ? -1 : all.findIndex(({ id }) => id === nextToken)
  if (nextToken !== undefined && before < 0) throw invalid(`The token is not valid: ${nextToken}`)
  const items = all.slice(before + 1, before + 1 + maxResults)
  const last = items.at(-1)
  return { items, ...(last && last !== all.at(-1) && { nextToken: last.id }) }
}

export function readStart(input: Record<string, unknown>): z.infer<typeof start> {
  return read(start, input)
}

function checkAction(
  name: string,
  { actionId, parameters, targets }: Template['actions'][string],
  asked: Template,
): void {
  const action = actionOf(actionId)
  const missing = action.required.find((parameter) => parameters[parameter] === undefined)
  if (missing !== undefined) throw invalid(`The action ${name} lacks the parameter ${missing}.`)
  const known = [...action.required, ...action.optional]
  const unknown = Object.keys(parameters).find((parameter) => !known.includes(parameter))
  if (unknown !== undefined) throw invalid(`The action ${name} has no parameter ${unknown}.`)
  durationMs(action, parameters.duration ?? '')
  action.rules(parameters)
  const wanted = action.target ? [action.target.name] : []
  if (Object.keys(targets).join() !== wanted.join())
    throw invalid(`The action ${name} takes the targets [${wanted.join()}].`)
  for (const target of Object.values(targets)) {
    if (asked.targets[target]?.resourceType !== action.target?.resourceType)
      throw invalid(`The action ${name} needs a target of type ${action.target?.resourceType}: ${target}`)
  }
}

/** Each action can begin: those before it are there, and none waits for itself. */
function checkOrder({ actions }: Template): void {
  if (Object.keys(actions).length === 0) throw invalid('A template needs at least one action.')
  const ended = new Set<string>()
  for (let before = -1; before !== ended.size; ) {
    before = ended.size
    for (const [name, { startAfter }] of Object.entries(actions))
      if (startAfter.every((other) => ended.has(other))) ended.add(name)
  }
  const stuck = Object.keys(actions).find((name) => !ended.has(name))
  if (stuck !== undefined) throw invalid(`The action ${stuck} can never begin: check startAfter.`)
}

function read<Shape>(schema: z.ZodType<Shape>, input: Record<string, unknown>): Shape {
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  const found = parsed.error.issues.map(
    ({ path, message }) => `Value at '${path.join('.')}' failed to satisfy constraint: ${message}`,
  )
  throw invalid(`${found.length} validation error${found.length > 1 ? 's' : ''} detected: ${found.join('; ')}`)
}

function notSupported(what: string): AwsError {
  return new AwsError('NotImplemented', `The embedded stack's FIS does not support ${what}.`, 501)
}
