/** A test function of a Python file. */
export interface Test {
  readonly name: string
  /** Its classes and its name, as they stand in its full name: `CartTest.test_r1_2_empty`. */
  readonly fullName: string
  readonly criterion: string | undefined
  /** From its `def` to what stands no deeper than that. */
  readonly source: string
}

/** Strings and comments. */
const literal = /("""|''')(?:\\[^]|(?!\1)[^\\])*\1|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|#[^\n]*/g

const header = /^\s*(?:(class)|(?:async[ \t]+)?def)[ \t]+([\p{L}_][\p{L}\p{N}_]*)/u

const isBlank = (line: string): boolean => /^\s*(?:#|$)/.test(line)

const indentOf = (line: string): number => line.length - line.trimStart().length

/** The tests of a Python file that its classes, or it, have as their own, with the criterion that each names. */
export const of = (text: string): ReadonlyArray<Test> => {
  const lines = text.split("\n")
  // what goes on in a string is no code
  const code = text.replaceAll(literal, (found) => found.replaceAll("\n", "\n#")).split("\n")
  const tests: Array<Test> = []
  /** The classes and functions that a line is in. */
  const around: Array<{ readonly indent: number; readonly isClass: boolean; readonly name: string }> = []
  for (const [i, line] of code.entries()) {
    if (isBlank(line)) continue
    const indent = indentOf(line)
    while (around.length > 0 && around.at(-1)!.indent >= indent) around.pop()
    const [, isClass, name] = header.exec(line) ?? []
    if (name === undefined) continue
    if (isClass === undefined && name.startsWith("test") && around.every(({ isClass }) => isClass)) {
      let end = i + 1
      while (end < code.length && (isBlank(code[end]!) || indentOf(code[end]!) > indent)) end++
      const own = lines.slice(i, end)
      const last = own.findLastIndex((line) => !isBlank(line) || indentOf(line) > indent)
      const source = own
        .slice(0, last + 1)
        .join("\n")
        .trimEnd()
      const fullName = [...around.map(({ name }) => name), name].join(".")
      tests.push({ name, fullName, criterion: criterionOf(name), source })
    }
    around.push({ indent, isClass: isClass !== undefined, name })
  }
  return tests
}

/**
 * Whether a test is what a report speaks of: it, its class or its module, as with `tests.test_cart`, which could not be
 * imported, or `setUpClass (tests.test_cart.CartTest)`.
 */
export const isOf = (test: string, reported: string): boolean => {
  const name = functionOf(reported)
  return test === name || test.startsWith(`${name}.`)
}

/** The test, class or module that a report speaks of. */
export const ownerOf = (reported: string): string => /\((.+)\)$/.exec(reported)?.[1] ?? reported

/** The test, class or module that a report speaks of, without what pytest adds for each case. */
export const functionOf = (reported: string): string => ownerOf(reported.replace(/\[[^]*\]$/, ""))

/** The last of the names that a full name consists of. */
export const lastOf = (fullName: string): string => fullName.slice(fullName.lastIndexOf(".") + 1)

/** A full name, and those of what it is in. */
export const partsOf = (fullName: string): ReadonlyArray<string> => {
  const parts = [fullName]
  for (let end = fullName.lastIndexOf("."); end > 0; end = fullName.lastIndexOf(".", end - 1)) {
    parts.push(fullName.slice(0, end))
  }
  return parts
}

/** `R1.2` of `test_r1_2_empty`. */
export const criterionOf = (name: string): string | undefined => {
  const [, requirement, criterion] = /^test_r(\d+)_(\d+)(?:_|$)/i.exec(name) ?? []
  return requirement === undefined ? undefined : `R${requirement}.${criterion}`
}

/** Whether a file is one of tests of what was assumed. */
export const isOfAssumed = (path: string): boolean => /\/test_assumed\w*\.py$/.test(path)

/** What stands in the docstring of a test. */
export const docstringOf = (source: string): string | undefined =>
  /^[^\n]*\n\s*(?:"""|''')([^]*?)(?:"""|''')/.exec(source)?.[1]

/** How often a test asserts something, but for what holds whatever the code does. */
export const assertionsIn = (source: string): number =>
  source
    .replaceAll(literal, (found) => (found.startsWith("#") ? "" : "''"))
    .replace(/\bassertTrue\(True\)|\bassert\s+True\b|\bassertFalse\(False\)|\bassertEqual\((\S+), \1\)/g, "")
    .match(/\bassert\w*\b|\.fail\(|\braises\(/g)?.length ?? 0

/** What may keep the assertions of a test from being reached, or their failure from being seen. */
const escapesIn = (source: string): number =>
  source
    .replaceAll(literal, "")
    .match(
      /\b(?:return|try|except|suppress|skipTest|SkipTest|skip|skipIf|skipUnless|expectedFailure|xfail|exit|_exit)\b|\bif (?:False|0)\b/g
    )?.length ?? 0

/** How a test that was changed shows less than before, if it does. */
export const weakening = (before: Test, after: Test): string | undefined => {
  if (assertionsIn(after.source) < assertionsIn(before.source)) return "asserts less than before"
  return escapesIn(after.source) > escapesIn(before.source) ? "may end before it asserts, or is skipped" : undefined
}

/** What skips tests, or sets what a module has, where it stands outside of tests. */
const meddling =
  /\b(?:skipTest|SkipTest|skip|skipIf|skipUnless|expectedFailure|xfail|exit|_exit)\b|^\w+(?:\.\w+)+[ \t]*=(?!=)|\bsetattr\(|\bpatch\b/gm

/** Whether what stands outside of some tests may keep others from being run, or change what they are run on. */
export const isMeddling = (before: string, after: string, tests: ReadonlyArray<Pick<Test, "source">>): boolean => {
  const count = (text: string) => restOf(text, tests).replaceAll(literal, "").match(meddling)?.length ?? 0
  return count(after) > count(before)
}

/** A file without some of its tests, its imports and its blank lines. */
export const restOf = (text: string, tests: ReadonlyArray<Pick<Test, "source">>): string =>
  tests
    .reduce((rest, { source }) => rest.replace(source, () => ""), text)
    .split("\n")
    .filter((line) => line.trim() !== "" && !/^(?:import|from)\s[^;=]*$/.test(line))
    .join("\n")
