import { pathText } from './check-types.ts'
import { ExpressionError } from './tokens.ts'

type Path = readonly (string | number)[]

interface Branch {
  children: Map<string | number, Branch>
  /** A path that goes through here or ends here, for the message. */
  path: Path
  ends: boolean
}

/** Refuses paths of which one contains another, or that use one attribute as a list and as a map. Linear in their elements. */
export function checkOverlaps(paths: readonly Path[]): void {
  const root: Branch = { children: new Map(), path: [], ends: false }
  for (const path of paths) {
    let branch = root
    for (const element of path) {
      if (branch.ends) throw clash('overlap', branch.path, path)
      const [sibling] = branch.children.entries().next().value ?? []
      if (branch !== root && sibling !== undefined && typeof sibling !== typeof element) {
        throw clash('conflict', branch.children.get(sibling)?.path ?? [], path)
      }
      const child = branch.children.get(element) ?? { children: new Map(), path, ends: false }
      branch.children.set(element, child)
      branch = child
    }
    if (branch.ends || branch.children.size > 0) throw clash('overlap', branch.path, path)
    branch.ends = true
  }
}

function clash(kind: 'overlap' | 'conflict', one: Path, two: Path): ExpressionError {
  return new ExpressionError(
    `Two document paths ${kind} with each other; must remove or rewrite one of these paths; path one: ${pathText(one)}, path two: ${pathText(two)}`,
  )
}
