import { compileFilter } from './event-sources/filter-pattern.ts'
import type { EventRuleModel } from './template/model.ts'

export interface EventRulesOptions {
  rules: readonly EventRuleModel[]
  /** Calls a function some time later, and again when it fails, as EventBridge does by Lambda's asynchronous invocation. */
  invokeLater(functionRef: string, payload: unknown): void
}

/**
 * The rules of the default event bus: brings an event to the targets of each rule whose pattern it matches. Throws for a pattern with
 * an operator that Lambda's filters, which are a part of EventBridge's, do not have.
 */
export function createEventRules({ rules, invokeLater }: EventRulesOptions): (event: object) => void {
  const enabled = rules.filter((rule) => rule.enabled)
  const compiled = enabled.map(({ pattern, targets }) => ({ matches: compileFilter([pattern]), targets }))
  return (event) => {
    for (const { matches, targets } of compiled)
      if (matches(event)) for (const { arn } of targets) invokeLater(arn, event)
  }
}
