import type { Container, Definition, Problem, State } from './definition.ts'
import { checkContainer, checkMapMode, checkState } from './definition-check.ts'
import * as schema from './definition-schema.ts'
import { isObject } from './json.ts'
import { parseResource } from './resources.ts'

/**
 * Reads a definition in Amazon States Language. Everything that could make it run otherwise than on AWS is a problem:
 * a definition is used only when there is none. `supports` says which service integrations can be called.
 */
export function readDefinition(
  text: string,
  supports: (key: string) => boolean,
): { definition?: Definition; problems: Problem[] } {
  const problems: Problem[] = []
  const raw = parse(text, problems)
  if (raw === undefined) return { problems }
  findUnsupported(raw, '', supports, problems)
  if (problems.length > 0) return { problems }
  const machine = schema.machine.safeParse(raw)
  if (!machine.success) return { problems: issues(machine.error.issues, '') }
  const names = new Set<string>()
  const container = readContainer(machine.data, '', names, problems)
  if (problems.length > 0) return { problems }
  return { definition: { ...container, timeoutSeconds: machine.data.TimeoutSeconds }, problems }
}

function parse(text: string, problems: Problem[]): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    problems.push({ kind: 'invalid', location: '', message: `The definition is not JSON: ${(error as Error).message}` })
    return undefined
  }
}

function readContainer(
  raw: { StartAt: string; States: Record<string, unknown> },
  location: string,
  names: Set<string>,
  problems: Problem[],
): Container {
  const states = new Map<string, State>()
  for (const [name, rawState] of Object.entries(raw.States)) {
    const at = `${location}/States/${pointer(name)}`
    const invalid = (message: string) => problems.push({ kind: 'invalid', location: at, message })
    if (names.has(name)) invalid(`the name ${name} is used twice`)
    if (name.length > 80) invalid('a name has 80 characters at most')
    names.add(name)
    const state = readState(rawState, at, names, problems)
    if (state) states.set(name, state)
  }
  const container = { startAt: raw.StartAt, states }
  if (problems.length === 0) problems.push(...checkContainer(container, location))
  return container
}

function readState(raw: unknown, location: string, names: Set<string>, problems: Problem[]): State | undefined {
  const parsed = schema.state.safeParse(raw)
  if (!parsed.success) {
    problems.push(...issues(parsed.error.issues, location))
    return undefined
  }
  const state = parsed.data
  const found = checkState(state)
  problems.push(...found.map((message): Problem => ({ kind: 'invalid', location, message })))
  if (state.Type === 'Parallel') {
    const Branches = state.Branches.flatMap(
      (branch, index) => readInner(branch, `${location}/Branches/${index}`, names, problems) ?? [],
    )
    return { ...state, Branches }
  }
  if (state.Type === 'Map') {
    const { ItemProcessor, Iterator: iterator, ...fields } = state
    const field = ItemProcessor === undefined ? 'Iterator' : 'ItemProcessor'
    const Processor = readInner(ItemProcessor ?? iterator, `${location}/${field}`, names, problems)
    if (!Processor) return undefined
    const config = schema.container.parse(ItemProcessor ?? iterator).ProcessorConfig ?? {}
    problems.push(...checkMapMode(state, config).map((message): Problem => ({ kind: 'invalid', location, message })))
    return { ...fields, Processor, mode: config.Mode ?? 'INLINE' }
  }
  return state
}

function readInner(raw: unknown, location: string, names: Set<string>, problems: Problem[]): Container | undefined {
  const parsed = schema.container.safeParse(raw)
  if (parsed.success) return readContainer(parsed.data, location, names, problems)
  problems.push(...issues(parsed.error.issues, location))
  return undefined
}

/** Fields of Distributed Map and of cross-account calls. */
const unsupportedFields = ['ItemReader', 'ItemBatcher', 'ResultWriter', 'Credentials']

function findUnsupported(
  raw: unknown,
  location: string,
  supports: (key: string) => boolean,
  problems: Problem[],
): void {
  const unsupported = (message: string) => problems.push({ kind: 'unsupported', location, message })
  if (!isObject(raw)) return
  if (raw.QueryLanguage === 'JSONata') unsupported('the query language JSONata is not supported, only JSONPath is')
  if (isObject(raw.ProcessorConfig) && raw.ProcessorConfig.ExecutionType === 'EXPRESS')
    unsupported('the execution type EXPRESS is not supported, only STANDARD is')
  for (const field of unsupportedFields)
    if (raw.Type !== undefined && field in raw) unsupported(`the field ${field} is not supported`)
  if (raw.Type === 'Task' && typeof raw.Resource === 'string') {
    const resource = parseResource(raw.Resource)
    if (!resource || (resource.kind === 'service' && !supports(resource.key)))
      unsupported(`the resource ${raw.Resource} is not supported`)
  }
  const inner = (child: unknown, at: string) => findUnsupported(child, `${location}/${at}`, supports, problems)
  if (isObject(raw.States))
    for (const [name, child] of Object.entries(raw.States)) inner(child, `States/${pointer(name)}`)
  if (Array.isArray(raw.Branches))
    for (const [index, branch] of raw.Branches.entries()) inner(branch, `Branches/${index}`)
  inner(raw.ItemProcessor, 'ItemProcessor')
  inner(raw.Iterator, 'Iterator')
}

function issues(found: readonly { path: PropertyKey[]; message: string }[], location: string): Problem[] {
  return found.map(({ path, message }) => ({
    kind: 'invalid',
    location: [location, ...path.map((part) => pointer(String(part)))].join('/'),
    message: message.endsWith('received undefined') ? 'this field is required' : message,
  }))
}

function pointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}
