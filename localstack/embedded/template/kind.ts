import * as z from 'zod'
import { accountId } from '../ports.ts'
import { partition, region } from './intrinsics.ts'
import type { ModelDraft } from './model.ts'

/** One resource of the assembly, with its properties resolved on demand. */
export interface Resource {
  stackName: string
  logicalId: string
  /** Construct path, for messages. */
  path: string
  type: string
  /** One property, resolved but not validated: for names, which other resources need while they are resolved themselves. */
  property(name: string): unknown
}

/** What the kinds need to know of the stack around them. */
export interface LoadContext {
  /** Where the edge listens, such as `http://127.0.0.1:4566`. */
  endpointUrl: string
  /** Absolute path of a file asset by its object key; undefined when the assembly has none. */
  asset(objectKey: string): string | undefined
  /** Text of a file asset; throws when the assembly has none. */
  assetText(objectKey: string): string
  /** Absolute path of a function's bundle, by the function's name; undefined when the assembly has no such function. */
  bundleOf(functionName: string): string | undefined
  /** Number of a published version: the same logical id keeps its number for ever, as long as the bundle is the same. */
  functionVersion(functionName: string, versionLogicalId: string, codeDir: string): number
  /** Whether anything puts such events on the default event bus. */
  publishes(event: PublishedEvent): boolean
}

/** A kind of event on the default event bus. */
export interface PublishedEvent {
  source: string
  detailType: string
}

/** How one CloudFormation resource type is read. */
export interface Kind {
  /** Honoured and ignored properties; anything else is refused. */
  schema: z.ZodType
  ref(resource: Resource, context: LoadContext): string
  attributes: Record<string, (resource: Resource, context: LoadContext) => string>
  add(model: ModelDraft, resource: Resource, properties: unknown, context: LoadContext): void
}

/**
 * Declares a kind. `honours` are the properties that take effect, `ignores` those that may be there without any, each with the
 * reason. A property in neither stops the start.
 */
export function kind<Shape extends z.ZodRawShape>(declaration: {
  honours: Shape
  ignores?: Record<string, string>
  ref: Kind['ref']
  attributes?: Kind['attributes']
  add: (
    model: ModelDraft,
    resource: Resource,
    properties: z.infer<z.ZodObject<Shape, z.core.$strict>>,
    context: LoadContext,
  ) => void
}): Kind {
  const { honours, ignores = {}, ref, attributes = {}, add } = declaration
  const honoured = z.strictObject(honours)
  const isIgnored = (name: string) => Object.hasOwn(ignores, name)
  return {
    schema: z.preprocess(
      (properties) => Object.fromEntries(Object.entries(properties ?? {}).filter(([name]) => !isIgnored(name))),
      honoured,
    ),
    ref,
    attributes,
    add: (model, resource, properties, context) =>
      // Parsed by the same schema just before.
      add(model, resource, properties as z.infer<typeof honoured>, context),
  }
}

/** A type that has no effect here at all; others may still point at it. */
export function ignorable(_reason: string, ref: Kind['ref'] = physicalName, attributes: Kind['attributes'] = {}): Kind {
  return { schema: z.unknown(), ref, attributes, add: () => {} }
}

/** `StackName-LogicalId`: the same at every start, unlike CloudFormation's random suffix. */
export function physicalName(resource: Resource): string {
  return `${resource.stackName}-${resource.logicalId}`
}

/** The name that the template gives in `property`, else the generated one. */
export function named(property: string): (resource: Resource) => string {
  return (resource) => {
    const name = resource.property(property)
    return typeof name === 'string' && name !== '' ? name : physicalName(resource)
  }
}

export function arn(service: string, rest: string): string {
  return `arn:${partition}:${service}:${region}:${accountId}:${rest}`
}

/** The last part of an ARN, or the name as it is. */
export function nameOf(reference: string): string {
  return reference.slice(Math.max(reference.lastIndexOf(':'), reference.lastIndexOf('/')) + 1)
}

// CloudFormation takes numbers and booleans as text too.
export const text = z.coerce.string()
export const number = z.coerce.number()
export const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((value) => value === 'true')])
export const anything = z.unknown()

/** Reasons that many kinds share. */
export const why = {
  tags: 'tags are for bills and reports',
  encryption: 'the data lie in a folder of this machine',
  description: 'for people only',
  logs: 'logs go to the terminal',
  tracing: 'traces are not collected here',
} as const
