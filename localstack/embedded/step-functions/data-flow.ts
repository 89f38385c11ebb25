import type { State } from './definition.ts'
import { fill, type Scope, valueAt } from './expression.ts'
import { dataLimitExceeded, runtimeFailure, StateFailure } from './failure.ts'
import { isTooLarge, type Json, type JsonObject } from './json.ts'
import { PathMissing, parsePath, place } from './json-path.ts'

/** What a state works on: its input through InputPath and Parameters. `field` names the template, if it has one. */
export function effectiveInput(state: State, scope: Scope): Json {
  const selected = selectInput('InputPath' in state ? state.InputPath : undefined, scope)
  if (state.Type === 'Map') return selected
  const template = 'Parameters' in state ? state.Parameters : undefined
  const input = template === undefined ? selected : fill(template, { ...scope, input: selected })
  scope.note?.('afterParameters', input)
  return input
}

/** The state's input at its InputPath. */
export function selectInput(path: string | null | undefined, scope: Scope): Json {
  const selected = through(path, scope)
  scope.note?.('afterInputPath', selected)
  return selected
}

/** What a state's result makes of its raw input (`scope.input`): ResultSelector, Assign, ResultPath, OutputPath. */
export function settle(state: State, result: Json, scope: Scope): { output: Json; assigned: JsonObject } {
  const selector = 'ResultSelector' in state ? state.ResultSelector : undefined
  const selected = selector === undefined ? result : fill(selector, { ...scope, input: result })
  scope.note?.('afterResultSelector', selected)
  const assigned = assign('Assign' in state ? state.Assign : undefined, { ...scope, input: selected })
  const placed = placeResult('ResultPath' in state ? state.ResultPath : undefined, scope.input, selected)
  scope.note?.('afterResultPath', placed)
  return {
    output: through('OutputPath' in state ? state.OutputPath : undefined, { ...scope, input: placed }),
    assigned,
  }
}

/** The variables that a state or a catcher sets. */
export function assign(template: JsonObject | undefined, scope: Scope): JsonObject {
  return template === undefined ? {} : (fill(template, scope) as JsonObject)
}

/** The raw input with the result put at a ResultPath; `null` drops the result. */
export function placeResult(path: string | null | undefined, input: Json, result: Json): Json {
  if (path === null) return input
  if (path === undefined) return result
  const placed = place(parsePath(path), input, result)
  if (placed !== undefined) return placed
  const reason = `Unable to apply ReferencePath ${path} to input ${JSON.stringify(input)}`
  throw new StateFailure('States.ResultPathMatchFailure', reason)
}

/** The value at InputPath or OutputPath; `null` means the empty object. */
export function through(path: string | null | undefined, scope: Scope): Json {
  if (path === null) return {}
  return path === undefined ? scope.input : at(path, scope)
}

/** The value at a path. Throws a runtime failure where it leads nowhere. */
export function at(path: string, scope: Scope): Json {
  try {
    return valueAt(parsePath(path), scope)
  } catch (error) {
    if (error instanceof PathMissing) throw runtimeFailure(error.message)
    throw error
  }
}

/** Throws where a state would hand on more than AWS allows. Nothing catches that. */
export function checkSize(name: string, output: Json): void {
  if (isTooLarge(output)) throw dataLimitExceeded(name, { terminal: true })
}
