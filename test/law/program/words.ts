// What the steps and the model of a generated program do: functions of what they are given, and of nothing else. The
// oracle computes with them, a program runs with them, and a printed program has them in it.

/** JSON text that is equal for equal values. */
export const show = (value: unknown): string => {
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null"
  if (Array.isArray(value)) return `[${value.map(show).join()}]`
  let text = ""
  for (const name of Object.keys(value).toSorted()) {
    text += `${text === "" ? "" : ","}"${name}":${show((value as Readonly<Record<string, unknown>>)[name])}`
  }
  return `{${text}}`
}

/** A number below 2 ** 32 that hardly two texts share. **Source** FNV-1a, with the last mixing of MurmurHash3. */
export const mix = (text: string, seed = 0x811c9dc5): number => {
  let hash = seed
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

export const word = (text: string): string => mix(text).toString(36) + mix(text, 7).toString(36)

export interface Item {
  readonly id: string
  readonly at: string
  readonly text: string
  /** Of which items before it this one tells that it depends on them, by either key. */
  readonly needs: { readonly id: ReadonlyArray<string>; readonly at: ReadonlyArray<string> }
}

/** Items with keys of their own and by index. `needs` has a bit for each pair of them. */
export const items = (list: ReadonlyArray<readonly [id: string, text: string]>, needs: number): ReadonlyArray<Item> => {
  const named = list.map(([id, text], i) => ({ id, at: String(i), text }))
  return named.map((item, i) => {
    const needed = named.slice(0, i).filter((_, j) => ((needs >> (i + j)) & 1) === 1)
    return { ...item, needs: { id: needed.map(({ id }) => id), at: needed.map(({ at }) => at) } }
  })
}

/** One to three items, as many as the value says. */
export const itemsOf = (value: unknown, needs: number): ReadonlyArray<Item> =>
  isItems(value)
    ? value
    : items(
        ["u", "v", "w"].slice(0, 1 + (mix(show(value)) % 3)).map((id) => [id, `text ${id}`]),
        needs
      )

/** Whether a value is items already; so are a side, and whether a round was the last. */
const isItems = (value: unknown): value is ReadonlyArray<Item> =>
  Array.isArray(value) && value.every((item) => typeof item === "object" && item !== null && "needs" in item)

/** Which way a branch goes. */
export const side = (value: unknown): "left" | "right" =>
  value === "left" || value === "right" ? value : mix(show(value)) % 2 === 0 ? "left" : "right"

/** What a person decides of a question. */
export const decision = (question: unknown) => ({ v: `decided ${word(show(question))}` })

/** Whether a round was the last. */
export const isEnough = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "done" in value && typeof value.done === "boolean"
    ? value.done
    : mix(show(value)) % 3 === 0

/** What a step of code makes: one whose name begins with "few" gives one of two texts, so that a change may end there. */
export const coded = (name: string, version: number, key: number, input: unknown): string => {
  const text = show([name, version, key, input])
  return name.startsWith("few") ? `${name} ${mix(text) % 2}` : `${name} ${word(text)}`
}

/** Whether a step of code fails: only one whose name begins with "risky" may. */
export const isBroken = (name: string, version: number, key: number, input: unknown): boolean =>
  name.startsWith("risky") && mix(show([name, version, key, input])) % 4 > 0

/** Whether no model can be brought to say it in JSON: only where the prompt begins with "Perhaps" that may be. */
export const isRefused = (prompt: string): boolean => prompt.startsWith("Perhaps") && mix(prompt) % 4 > 0

export interface Asked {
  readonly messages: ReadonlyArray<{ readonly role: string; readonly content: string }>
  readonly format: { readonly type: string }
  readonly parameters: unknown
}

/** What any model answers; `sample` tells answers to equal requests apart where they shall differ. */
export const answer = (request: Asked, sample = ""): string => {
  // a result is kept when its step names another model: so that outputs are those of a fresh run, all answer alike
  const text = show([request.messages, request.format, request.parameters])
  if (request.format.type === "text") return `said ${word(text)}${sample}`
  const isFirst = request.messages.every(({ role }) => role !== "assistant")
  const isOnce = isFirst && mix(text) % 4 === 0
  const isNever = request.messages.some(({ content, role }) => role === "user" && isRefused(content))
  return isOnce || isNever ? "I would rather not" : JSON.stringify({ v: `told ${word(text)}${sample}` })
}
