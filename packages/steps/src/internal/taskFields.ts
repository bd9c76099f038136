import * as Result from "effect/Result"
import { normalise, pathProblem } from "./relativePath.ts"

/** The one path that a File Specification names, or what is wrong with it. */
export const readFile = (text: string): Result.Result<string, string> => {
  const spans = [...text.matchAll(/`([^`]+)`/g)].map(([, span]) => span!.trim())
  const words = text.split(/[\s,;]+/).map((word) => word.replace(/^[*"'(<]+|[*"')>:.]+$/g, ""))
  const named = (spans.length > 0 ? spans : words).filter(looksLikePath)
  const paths = new Set((named.length > 0 ? named : [spans[0] ?? text.trim()]).map(normalise))
  const [path = "", ...others] = paths
  if (others.length > 0) return Result.fail(`a task adds one file, and this names ${paths.size}`)
  const problem = pathProblem(path)
  return problem === undefined ? Result.succeed(path) : Result.fail(`"${path}" is no path for a file: ${problem}`)
}

const looksLikePath = (text: string) => /[\\/]|\.(?:pyi?|md|toml|txt|cfg|ini|json|ya?ml|csv)$/i.test(text)

/** The tasks that a Depends on names, by number or by file; `undefined` if it says anything else. */
export const readReferences = (text: string): ReadonlyArray<string | number> | undefined => {
  const plain = text
    .replace(/[`*]/g, "")
    .replace(/\([^()]*\)/g, " ")
    .trim()
  if (/^(?:none|nothing|n\/a|no (?:other )?(?:tasks?|dependenc\w*))\b|^[-–—.]?$/i.test(plain)) return []
  if (/^(?:\d+|tasks?|and|to|through|[#,;&.\s–—-])+$/i.test(plain) && /\d/.test(plain)) return numbers(plain)
  const labelled = [...plain.matchAll(/\btask\s*#?(\d+)/gi)].map(([, number]) => Number(number))
  if (labelled.length > 0) return labelled
  const files = plain.split(/[,;\n]|\sand\s/).map((part) => normalise(part.trim()))
  return files.every((file) => looksLikePath(file) && pathProblem(file) === undefined) ? files : undefined
}

const numbers = (text: string): ReadonlyArray<number> =>
  [...text.matchAll(/(\d+)(?:\s*(?:[–—-]|to|through)\s*(?:tasks?\s*)?#?(\d+))?/gi)].flatMap(([, first, last]) => {
    const from = Number(first)
    const to = Number(last ?? first)
    return Array.from({ length: Math.min(Math.max(to - from + 1, 1), 1000) }, (_, i) => from + i)
  })
