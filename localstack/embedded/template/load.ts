import { readFileSync } from 'node:fs'
import type * as z from 'zod'
import { readAssembly, type SynthesizedStack, type TemplateResource } from './assembly.ts'
import { conditionHolds, type References, region, resolve, urlSuffix } from './intrinsics.ts'
import type { Kind, LoadContext, PublishedEvent, Resource } from './kind.ts'
import { computeKinds } from './kinds/compute.ts'
import { identityKinds } from './kinds/identity.ts'
import { messagingKinds } from './kinds/messaging.ts'
import { observabilityKinds } from './kinds/observability.ts'
import { restApiKinds } from './kinds/rest-api.ts'
import { storageKinds } from './kinds/storage.ts'
import { triggerKinds } from './kinds/triggers.ts'
import { emptyDraft, type ModelDraft, type StackModel } from './model.ts'
import { assembleRestApis } from './rest-parts.ts'
import { TemplateError } from './template-error.ts'

export interface LoadOptions {
  assemblyDir: string
  /** Values of CloudFormation parameters, given to every stack that declares them. */
  parameters: Record<string, string>
  /** Where the edge listens, such as `http://127.0.0.1:4566`: queue URLs and the API's address begin with it. */
  endpointUrl: string
  functionVersion: LoadContext['functionVersion']
  /** Resource types in addition to those that the embedded stack knows. */
  kinds?: Record<string, Kind>
  /** What is put on the default event bus. */
  events?: readonly PublishedEvent[]
}

/**
 * Reads a synthesized assembly into the model that the embedded stack runs.
 * Throws {@link TemplateError}, one line with the resource's path and type, for what it does not know.
 */
export function loadModel(options: LoadOptions): StackModel {
  const stacks = readAssembly(options.assemblyDir)
  const loader = new Loader(stacks, options)
  const draft = emptyDraft()
  for (const stack of stacks) loader.addResources(stack, draft)
  for (const stack of stacks) draft.outputs[stack.stackName] = loader.outputs(stack)
  const { restParts, ...rest } = draft
  return withLocalAddresses({ ...rest, restApis: assembleRestApis(restParts) }, options.endpointUrl)
}

const ownKinds: Record<string, Kind> = {
  ...storageKinds,
  ...messagingKinds,
  ...identityKinds,
  ...computeKinds,
  ...triggerKinds,
  ...restApiKinds,
  ...observabilityKinds,
}

const functionType = 'AWS::Lambda::Function'

class Loader {
  readonly #stacks: SynthesizedStack[]
  readonly #options: LoadOptions
  readonly #kinds: Record<string, Kind>
  readonly #inProgress = new Set<string>()
  readonly #context: LoadContext

  constructor(stacks: SynthesizedStack[], options: LoadOptions) {
    this.#stacks = stacks
    this.#options = options
    this.#kinds = { ...ownKinds, ...options.kinds }
    const asset = (objectKey: string) =>
      stacks.map(({ assets }) => assets.get(objectKey)).find((path) => path !== undefined)
    this.#context = {
      endpointUrl: options.endpointUrl,
      functionVersion: options.functionVersion,
      publishes: ({ source, detailType }) =>
        options.events?.some((event) => event.source === source && event.detailType === detailType) ?? false,
      bundleOf: (functionName) => this.#bundleOf(functionName),
      asset,
      assetText: (objectKey) => {
        const path = asset(objectKey)
        if (path === undefined) throw new TemplateError(`the assembly has no asset ${objectKey}`)
        return readFileSync(path, 'utf8')
      },
    }
  }

  addResources(stack: SynthesizedStack, draft: ModelDraft): void {
    const references = this.#references(stack)
    for (const [logicalId, declaration] of Object.entries(stack.template.Resources ?? {})) {
      if (!conditionHolds(declaration.Condition, stack.template, references)) continue
      const resource = this.#resource(stack, logicalId)
      const kind = this.#kindOf(resource)
      inResource(resource, () => {
        for (const other of [declaration.DependsOn ?? []].flat())
          if (!stack.template.Resources?.[other])
            throw new TemplateError(`DependsOn: the resource ${other} does not exist`)
        const properties = kind.schema.safeParse(resolve(declaration.Properties ?? {}, stack.template, references))
        if (!properties.success) throw new TemplateError(propertyProblems(properties.error))
        kind.add(draft, resource, properties.data, this.#context)
      })
    }
  }

  outputs(stack: SynthesizedStack): Record<string, string> {
    const references = this.#references(stack)
    const entries = Object.entries(stack.template.Outputs ?? {})
      .filter(([, { Condition }]) => conditionHolds(Condition, stack.template, references))
      .map(([name, { Value }]) => [name, String(resolve(Value, stack.template, references))])
    return Object.fromEntries(entries)
  }

  #references(stack: SynthesizedStack): References {
    return {
      stackName: stack.stackName,
      ref: (logicalId) => {
        const resource = this.#resource(stack, logicalId)
        return this.#once(`Ref ${resource.path}`, () => this.#kindOf(resource).ref(resource, this.#context))
      },
      attribute: (logicalId, attribute) => {
        const resource = this.#resource(stack, logicalId)
        const read = this.#kindOf(resource).attributes[attribute]
        if (!read) throw new TemplateError(`${describe(resource)}: the attribute ${attribute} is not supported.`)
        return this.#once(`${attribute} of ${resource.path}`, () => read(resource, this.#context))
      },
      importValue: (name) => this.#exported(name),
      parameter: (name) => this.#parameter(stack, name),
    }
  }

  #resource(stack: SynthesizedStack, logicalId: string): Resource {
    const declaration: TemplateResource | undefined = stack.template.Resources?.[logicalId]
    if (!declaration)
      throw new TemplateError(
        `${stack.stackName}: the resource ${logicalId} does not exist, but something refers to it.`,
      )
    return {
      stackName: stack.stackName,
      logicalId,
      path: stack.pathOf(logicalId),
      type: declaration.Type,
      property: (name) => resolve(declaration.Properties?.[name], stack.template, this.#references(stack)),
    }
  }

  #bundleOf(functionName: string): string | undefined {
    for (const stack of this.#stacks)
      for (const [logicalId, { Type }] of Object.entries(stack.template.Resources ?? {})) {
        if (Type !== functionType) continue
        const resource = this.#resource(stack, logicalId)
        if (this.#kindOf(resource).ref(resource, this.#context) !== functionName) continue
        const { S3Key } = resource.property('Code') as { S3Key?: unknown }
        return this.#context.asset(String(S3Key))
      }
    return undefined
  }

  #exported(exportName: string): unknown {
    for (const stack of this.#stacks) {
      const references = this.#references(stack)
      for (const { Value, Export } of Object.values(stack.template.Outputs ?? {}))
        if (Export && resolve(Export.Name, stack.template, references) === exportName)
          return resolve(Value, stack.template, references)
    }
    throw new TemplateError(`Fn::ImportValue: no stack exports ${exportName}`)
  }

  #parameter(stack: SynthesizedStack, name: string): unknown {
    const declared = stack.template.Parameters?.[name]
    const value = this.#options.parameters[name] ?? declared?.Default
    if (value === undefined) throw new TemplateError(`${stack.stackName}: the parameter ${name} has no value.`)
    if (declared?.AllowedValues && !declared.AllowedValues.map(String).includes(String(value)))
      throw new TemplateError(`${stack.stackName}: the parameter ${name} does not allow ${String(value)}.`)
    // The pattern has to match the whole value.
    if (declared?.AllowedPattern && !new RegExp(`^(?:${declared.AllowedPattern})$`).test(String(value)))
      throw new TemplateError(`${stack.stackName}: the parameter ${name} does not allow ${String(value)}.`)
    if (declared?.Type === 'CommaDelimitedList') return String(value).split(',')
    return value
  }

  #kindOf(resource: Resource): Kind {
    const kind = Object.hasOwn(this.#kinds, resource.type) ? this.#kinds[resource.type] : undefined
    if (kind) return kind
    const isCustom = resource.type.startsWith('Custom::') || resource.type === 'AWS::CloudFormation::CustomResource'
    const reason = isCustom
      ? 'custom resources are not supported by the embedded stack'
      : 'the embedded stack does not support this type'
    throw new TemplateError(`${describe(resource)}: ${reason}.`)
  }

  #once<T>(what: string, read: () => T): T {
    if (this.#inProgress.has(what)) throw new TemplateError(`${what} refers to itself`)
    this.#inProgress.add(what)
    try {
      return read()
    } finally {
      this.#inProgress.delete(what)
    }
  }
}

function describe({ path, type, logicalId }: Resource): string {
  return `${path} (${type}, logical id ${logicalId})`
}

function inResource(resource: Resource, read: () => void): void {
  try {
    read()
  } catch (error) {
    if (!(error instanceof TemplateError) || error.message.includes('logical id')) throw error
    throw new TemplateError(`${describe(resource)}: ${error.message}.`)
  }
}

function propertyProblems(error: z.ZodError): string {
  return error.issues
    .map((issue) => {
      const path = issue.path.join('.')
      if (issue.code !== 'unrecognized_keys') return `property ${path || 'Properties'}: ${issue.message}`
      const names = issue.keys.map((key) => [...issue.path, key].join('.'))
      return `the embedded stack does not support the property ${names.join(', ')}`
    })
    .join('; ')
}

/** An API's address on AWS means the edge here: in outputs and wherever a function is told it. */
function withLocalAddresses(model: StackModel, endpointUrl: string): StackModel {
  const local = (value: string) =>
    model.restApis.reduce(
      (text, { id }) => text.replaceAll(`https://${id}.execute-api.${region}.${urlSuffix}`, endpointUrl),
      value,
    )
  const localAll = (values: Record<string, string>) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, local(value)]))
  return {
    ...model,
    functions: model.functions.map((lambda) => ({ ...lambda, environment: localAll(lambda.environment) })),
    outputs: Object.fromEntries(Object.entries(model.outputs).map(([stack, values]) => [stack, localAll(values)])),
  }
}
