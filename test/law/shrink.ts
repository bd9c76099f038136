import type { Case } from "./cases.ts"
import { mend } from "./program/mend.ts"
import { listsOf } from "./program/program.ts"

/** Cases that are a little less than one. */
const lessOf = (it: Case): ReadonlyArray<Case> => {
  const stages = it.stages.flatMap((stage, i) => {
    const less = [
      ...stage.changes.map((_, i) => ({ ...stage, changes: stage.changes.toSpliced(i, 1) })),
      ...(stage.cut < 1 ? [{ ...stage, cut: 1 }] : [])
    ]
    return [
      ...(it.stages.length > 1 ? [it.stages.toSpliced(i, 1)] : []),
      ...less.map((stage) => it.stages.toSpliced(i, 1, stage))
    ].map((stages) => ({ ...it, stages }))
  })
  const count = listsOf(it.program).map(({ nodes }) => nodes.length)
  const nodes = count.flatMap((length, at) =>
    Array.from({ length }, (_, i) => {
      const program = structuredClone(it.program)
      listsOf(program)[at]!.nodes.splice(i, 1)
      return { ...it, program: mend(program) }
    })
  )
  const alike = it.samples ? [{ ...it, samples: false }] : []
  return [...stages, ...alike, ...nodes]
}

/** The least case that still fails, as far as taking away leads. */
export const shrink = async (it: Case, fails: (it: Case) => Promise<boolean>): Promise<Case> => {
  for (const less of lessOf(it)) {
    // oxlint-disable-next-line no-await-in-loop -- the first that fails is taken
    if (await fails(less)) return shrink(less, fails)
  }
  return it
}
