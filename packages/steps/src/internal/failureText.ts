/** How much of what a test told is shown, and how many of its parts. **Units** characters */
const most = 1500
const mostParts = 20

/** Where something was raised, and the code there: what differs between two failures of one reason. */
const frame = /^ *File ".*", line \d+.*\n?(?: {4}.*(?:\n|$))*/gm

/** What a failure says, wherever it was raised. */
const messageOf = (detail: string): string => detail.replaceAll(frame, "").trim()

/** The line of code that raised, as far as it is told. */
const codeOf = (detail: string): string | undefined =>
  detail
    .match(frame)
    ?.at(-1)
    ?.split("\n")
    .slice(1)
    .find((line) => /\w/.test(line))
    ?.trim()

const grouped = <A>(
  all: ReadonlyArray<A>,
  key: (one: A) => string
): ReadonlyArray<readonly [A, ...ReadonlyArray<A>]> => {
  const groups = new Map<string, [A, ...Array<A>]>()
  for (const one of all) {
    const group = groups.get(key(one))
    if (group === undefined) groups.set(key(one), [one])
    else group.push(one)
  }
  return [...groups.values()]
}

/** Both ends of a text that is longer than a limit, more of the latter; not in the middle of a character. */
const endsOf = (text: string, limit: number): string => {
  if (text.length <= limit) return text
  const first = text.slice(0, Math.floor(limit / 3) - 4).replace(/[\uD800-\uDBFF]$/, "")
  const last = text.slice(text.length - Math.floor((limit * 2) / 3)).replace(/^[\uDC00-\uDFFF]/, "")
  return `${first}\n…\n${last}`
}

/**
 * What a test told, as prompts show it: parts of it (`subTest`) that say the same once, under the parameters of each,
 * the middle of what is long left out, and the addresses of objects, which are others each time. Lines that look like
 * what a prompt says of a failure are indented.
 */
export const shortened = (detail: string): string => {
  const parts = detail
    .replace(/\bat 0x[0-9a-f]+/gi, "at 0x…")
    .replace(/^(?=#|the same\b|Right is:|The documents say:)/gim, "  ")
    .split(/\n\n(?=[[(].*[\])]\n)/)
    .map((part) => {
      const [parameters = ""] = /^[[(].*[\])]\n/.exec(part) ?? []
      return { parameters: parameters.trim(), text: part.slice(parameters.length) }
    })
  const groups = grouped(parts, ({ text }) => messageOf(text))
  const shown = groups.slice(0, mostParts)
  const limit = Math.floor(most / shown.length)
  const texts = shown.map((group) => {
    const names = group.map(({ parameters }) => endsOf(parameters, 200)).filter((name) => name !== "")
    const others = names.length > mostParts ? [`… and ${names.length - mostParts} others`] : []
    return [...names.slice(0, mostParts), ...others, endsOf(group[0].text, limit)].join("\n")
  })
  return [...texts, ...(groups.length > mostParts ? [`… and ${groups.length - mostParts} others`] : [])].join("\n\n")
}

/** Failures as a prompt shows them; those that say the same stand together, and say it once. */
export const print = (failures: ReadonlyArray<{ readonly test: string; readonly detail: string }>): string =>
  grouped(failures, ({ detail }) => messageOf(detail))
    .flatMap(([first, ...others]) => [
      `### ${first.test}\n${first.detail.trimEnd()}`,
      ...others.map(({ detail, test }) => {
        const code = codeOf(detail)
        return `### ${test}\nthe same${code === undefined ? "" : `, at \`${code}\``}`
      })
    ])
    .join("\n\n")
