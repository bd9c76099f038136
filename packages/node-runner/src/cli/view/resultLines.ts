import * as format from "../base/format.ts"
import type { Result } from "./result.ts"

/** What a person reads of a result. `again` is how the command line is called. */
export const resultLines = (self: Result, run: string, out: string, again: string): ReadonlyArray<string> => {
  const { changed, delivery, files, tests } = self
  return [
    ...(files.length === 0 ? [] : [`files: ${out} (${format.count(files.length, "file")})`]),
    ...files.flatMap(({ beside, path }) =>
      beside !== undefined && changed.includes(path)
        ? [
            `  ${path} was changed by hand and left alone; its new text is in ${beside} (\`step ${run} ${delivery} --force\` overwrites it)`
          ]
        : []
    ),
    ...(tests === undefined ? [] : [`tests: ${format.tests(tests)}`]),
    ...(changed.length === 0
      ? []
      : [
          `changed by hand: ${changed.join(", ")}${tests === undefined ? "" : `; the tests ran on the run's own version, try \`${again} verify ${out}\``}`
        ])
  ]
}
