import { accountId } from '../ports.ts'
import type { Template } from './assembly.ts'
import { TemplateError } from './template-error.ts'

export const region = 'us-east-1'
export const partition = 'aws'
export const urlSuffix = 'amazonaws.com'

/** What a template's functions may point at; answered by the loader, which knows all stacks. */
export interface References {
  ref(logicalId: string): unknown
  attribute(logicalId: string, attribute: string): unknown
  importValue(exportName: string): unknown
  parameter(name: string): unknown
  /** Whether the resource or output stands under a condition that does not hold is decided with {@link conditionHolds}. */
  stackName: string
}

/**
 * Replaces every intrinsic function in `value` (CloudFormation, "Intrinsic function reference") by what it stands for.
 * Throws {@link TemplateError} for a function it does not know.
 */
export function resolve(value: unknown, template: Template, references: References): unknown {
  const resolved = new Resolution(template, references).value(value)
  return resolved === noValue ? undefined : resolved
}

/** Whether a named condition of the template holds; no name means yes. */
export function conditionHolds(name: string | undefined, template: Template, references: References): boolean {
  return name === undefined || new Resolution(template, references).condition({ Condition: name })
}

const noValue = Symbol('AWS::NoValue')

class Resolution {
  readonly #template: Template
  readonly #references: References
  readonly #functions: Record<string, (argument: unknown) => unknown>

  constructor(template: Template, references: References) {
    this.#template = template
    this.#references = references
    this.#functions = {
      Ref: (name) => this.#ref(text(name, 'Ref')),
      'Fn::GetAtt': (argument) => this.#getAtt(argument),
      'Fn::Sub': (argument) => this.#sub(argument),
      'Fn::Join': (argument) => {
        const [delimiter, parts] = pair(argument, 'Fn::Join')
        return list(this.value(parts), 'Fn::Join')
          .map((part) => text(part, 'Fn::Join'))
          .join(text(delimiter, 'Fn::Join'))
      },
      'Fn::Select': (argument) => {
        const [index, items] = pair(argument, 'Fn::Select')
        const item = list(this.value(items), 'Fn::Select')[Number(this.value(index))]
        if (item === undefined) throw new TemplateError(`Fn::Select has nothing at index ${String(index)}`)
        return item
      },
      'Fn::Split': (argument) => {
        const [delimiter, source] = pair(argument, 'Fn::Split')
        return text(this.value(source), 'Fn::Split').split(text(delimiter, 'Fn::Split'))
      },
      'Fn::ImportValue': (name) => this.#references.importValue(text(this.value(name), 'Fn::ImportValue')),
      'Fn::If': (argument) => {
        const [name, whenTrue, whenFalse] = list(argument, 'Fn::If')
        return this.value(this.condition({ Condition: name }) ? whenTrue : whenFalse)
      },
      'Fn::FindInMap': (argument) => this.#findInMap(argument),
      'Fn::Base64': (argument) => Buffer.from(text(this.value(argument), 'Fn::Base64')).toString('base64'),
      'Fn::ToJsonString': (argument) => JSON.stringify(this.value(argument)),
    }
  }

  value(value: unknown): unknown {
    if (typeof value === 'string') return withoutDynamicReference(value)
    if (Array.isArray(value)) return value.map((item) => this.value(item)).filter((item) => item !== noValue)
    if (value === null || typeof value !== 'object') return value
    const entries = Object.entries(value)
    const [only] = entries
    if (only && entries.length === 1) {
      const [name, argument] = only
      const apply = this.#functions[name]
      if (apply) return apply(argument)
      if (name.startsWith('Fn::')) throw new TemplateError(`the intrinsic function ${name} is not supported`)
    }
    const resolved = entries.map(([name, item]) => [name, this.value(item)] as const)
    return Object.fromEntries(resolved.filter(([, item]) => item !== noValue))
  }

  condition(expression: unknown): boolean {
    if (typeof expression === 'boolean') return expression
    const [only] = Object.entries(expression as Record<string, unknown>)
    const [operator, argument] = only ?? ['an empty condition', undefined]
    switch (operator) {
      case 'Condition': {
        const named = this.#template.Conditions?.[text(argument, 'Condition')]
        if (named === undefined) throw new TemplateError(`the condition ${String(argument)} is not declared`)
        return this.condition(named)
      }
      case 'Fn::Equals': {
        const [left, right] = pair(argument, operator)
        return String(this.value(left)) === String(this.value(right))
      }
      case 'Fn::Not':
        return !this.condition(list(argument, operator)[0])
      case 'Fn::And':
        return list(argument, operator).every((part) => this.condition(part))
      case 'Fn::Or':
        return list(argument, operator).some((part) => this.condition(part))
      default:
        throw new TemplateError(`${operator} is not supported in a condition`)
    }
  }

  #ref(name: string): unknown {
    switch (name) {
      case 'AWS::AccountId':
        return accountId
      case 'AWS::Region':
        return region
      case 'AWS::Partition':
        return partition
      case 'AWS::URLSuffix':
        return urlSuffix
      case 'AWS::StackName':
        return this.#references.stackName
      case 'AWS::StackId':
        return `arn:${partition}:cloudformation:${region}:${accountId}:stack/${this.#references.stackName}/embedded`
      case 'AWS::NotificationARNs':
        return []
      case 'AWS::NoValue':
        return noValue
      default:
        if (this.#template.Parameters?.[name]) return this.#references.parameter(name)
        return this.#references.ref(name)
    }
  }

  #getAtt(argument: unknown): unknown {
    if (typeof argument === 'string') return this.#dotted(argument)
    const [logicalId, attribute] = pair(argument, 'Fn::GetAtt')
    return this.#references.attribute(text(logicalId, 'Fn::GetAtt'), text(this.value(attribute), 'Fn::GetAtt'))
  }

  #dotted(name: string): unknown {
    const dot = name.indexOf('.')
    return this.#references.attribute(name.slice(0, dot), name.slice(dot + 1))
  }

  #sub(argument: unknown): string {
    const [template, variables] = Array.isArray(argument) ? argument : [argument, {}]
    return text(template, 'Fn::Sub').replace(/\$\{(!?)([^}]+)\}/g, (_whole, literal: string, name: string) => {
      if (literal) return `\${${name}}`
      const key = name.trim()
      const own = (variables as Record<string, unknown>)[key]
      const value = own !== undefined ? this.value(own) : key.includes('.') ? this.#dotted(key) : this.#ref(key)
      return text(value, 'Fn::Sub')
    })
  }

  #findInMap(argument: unknown): unknown {
    const [map, first, second] = list(argument, 'Fn::FindInMap').map((part) => text(this.value(part), 'Fn::FindInMap'))
    const found = this.#template.Mappings?.[map ?? '']?.[first ?? '']?.[second ?? '']
    if (found === undefined) throw new TemplateError(`Fn::FindInMap finds nothing at ${map}.${first}.${second}`)
    return found
  }
}

function withoutDynamicReference(value: string): string {
  if (/\{\{resolve:(ssm|ssm-secure|secretsmanager):/.test(value))
    throw new TemplateError(`the dynamic reference ${value} cannot be resolved locally`)
  return value
}

function text(value: unknown, where: string): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  throw new TemplateError(`${where} expects text, got ${JSON.stringify(value) ?? String(value)}`)
}

function list(value: unknown, where: string): unknown[] {
  if (Array.isArray(value)) return value
  throw new TemplateError(`${where} expects a list, got ${JSON.stringify(value)}`)
}

function pair(value: unknown, where: string): [unknown, unknown] {
  const [first, second] = list(value, where)
  return [first, second]
}
