// Steps that may fail, and what takes that over. A program is sound if every error is taken over, and nothing stands side by
// side with a step whose error leaves it: what of that is done when it fails hangs on time. Nor is there a gate in what may
// fail: whether a decision is asked for that nobody needs in the end hangs on when others are taken.

import { type Body, bodiesOf, flat, type Leaf, type Nest, nestsOf, type Node, type Tag } from "./program.ts"

/** The error that a step may fail with. */
export const errorOf = (step: Leaf): Tag | undefined => {
  if (step.tag === "Code") return step.name.startsWith("risky") ? "Broken" : undefined
  return step.output !== "text" && step.says.startsWith("Perhaps") ? "StepOutputError" : undefined
}

/** The errors that leave some nodes. */
const errorsIn = (nodes: ReadonlyArray<Node>): ReadonlyArray<Tag> =>
  flat(nodes).flatMap((node) =>
    node.tag === "Fallback"
      ? [...errorsOf(node.tries).filter((tag) => !node.errors.includes(tag)), ...errorsOf(node.otherwise)]
      : bodiesOf(node).flatMap(errorsOf)
  )

/** The errors that leave a body. */
export const errorsOf = (body: Body): ReadonlyArray<Tag> =>
  body.tag === "Nest" ? errorsIn(body.nodes) : [errorOf(body) ?? []].flat()

const hasGate = (body: Body): boolean =>
  body.tag === "Nest" && nestsOf(body).some(({ nodes }) => flat(nodes).some(({ tag }) => tag === "Gate"))

const isSoundNode = (node: Node): boolean => {
  if (node.tag === "All") return errorsIn([node]).length === 0
  return node.tag !== "Fallback" || errorsOf(node.tries).length === 0 || !hasGate(node.tries)
}

export const isSound = (program: Nest): boolean =>
  errorsOf(program).length === 0 && nestsOf(program).every((nest) => flat(nest.nodes).every(isSoundNode))

/** Makes a body, or a program, sound: steps whose errors nothing takes over do not fail any more. */
export const defuse = <B extends Body>(body: B, taken: ReadonlyArray<Tag> = []): B => {
  if (body.tag === "Nest") defuseIn(body.nodes, taken)
  else {
    const error = errorOf(body)
    if (error === undefined || taken.includes(error)) return body
    if (body.tag === "Code") body.name = "trim"
    else body.says = "Name it:"
  }
  return body
}

const defuseIn = (nodes: ReadonlyArray<Node>, taken: ReadonlyArray<Tag>): void => {
  for (const node of nodes) {
    if (node.tag === "All") for (const part of node.parts) defuseIn(part, [])
    else if (node.tag === "Fallback") {
      defuse(node.tries, hasGate(node.tries) ? [] : [...taken, ...node.errors])
      defuse(node.otherwise, taken)
    } else for (const body of bodiesOf(node)) defuse(body, taken)
  }
}
