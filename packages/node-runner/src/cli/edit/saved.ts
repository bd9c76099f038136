import { createTwoFilesPatch } from "diff"
import { dirname, resolve } from "node:path"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import type * as Schema from "effect/Schema"
import { Hasher } from "@stepwright/core/Hasher"
import * as Workflow from "@stepwright/core/Workflow"
import type { WorkflowConfig } from "@stepwright/core/WorkflowConfig"
import { replace } from "../../internal/disk/writeWhole.ts"
import { reasonOf } from "../../internal/disk/systemError.ts"
import type { Key } from "../../internal/files/yamlText.ts"
import { set } from "../../internal/files/yamlEdit.ts"
import { failed, usage } from "../base/cliError.ts"
import * as textFile from "../base/textFile.ts"
import { shown } from "../config/readConfig.ts"
import type { Loaded } from "../module/workflowModule.ts"
import { byPath } from "./edits.ts"
import { importsOf, replacedIn } from "./literal.ts"
import { placedInText, placesOf, type Text, texts } from "./sources.ts"

/** How large a file may be in which something is changed. **Units** bytes */
const most = 1024 ** 2

/** A file that is to have another text. */
interface Change {
  readonly file: string
  /** `undefined` for one that is not there yet. */
  readonly before: string | undefined
  readonly after: string
}

/** A text that stands in code. */
interface Patch {
  readonly path: string
  readonly text: Text
  readonly template: string
  readonly change?: Change | undefined
}

/** What there is to change in files for a configuration to be a part of the workflow. */
export const changesFor = Effect.fnUntraced(function* (loaded: Loaded, config: WorkflowConfig) {
  const { workflow } = loaded
  yield* Workflow.configure(workflow, config)
  const { isOurs, placeOf, project } = yield* placesOf(loaded)
  const { steps: _, ...defaults } = config
  const [first] = Object.keys(defaults)
  if (first !== undefined) {
    return yield* usage(`${first} of the whole workflow is not written to a file from here`, {
      target: first,
      fix: "set it for the steps that it is meant for"
    })
  }
  const changes = new Map<string, Change>()
  const changeOf = Effect.fnUntraced(function* (file: string) {
    const known = changes.get(file)
    if (known !== undefined) return known
    const fs = yield* FileSystem.FileSystem
    const isThere = yield* Effect.orElseSucceed(fs.exists(file), () => false)
    const before = isThere ? yield* textFile.exactNamed(yield* shown(file), most) : undefined
    return { file, before, after: before ?? "" }
  })
  const put = Effect.fnUntraced(function* (
    change: Change,
    keys: ReadonlyArray<Key>,
    value: Schema.Json
  ): Effect.fn.Return<void, ReturnType<typeof usage>> {
    const after = set(change.after, keys, value)
    if (after === undefined) {
      const fix = "change it there by hand"
      return yield* usage(`${keys.join(".")} of ${change.file} stands in a way that is not written from here`, {
        target: change.file,
        fix
      })
    }
    changes.set(change.file, { ...change, after })
  })
  const own = new Map(Workflow.steps(workflow).map(({ path, step }) => [path, step.model]))
  const patches: Array<Patch> = []
  for (const [path, { parameters = {}, ...others }] of byPath(config)) {
    const settings = [
      ...Object.entries(others).map(([name, value]) => [[name], value] as const),
      ...Object.entries(parameters).map(([name, value]) => [["parameters", name], value] as const)
    ]
    for (const [keys, value] of settings) {
      const [name = ""] = keys
      if (typeof value === "string" && (value.includes("\0") || !value.isWellFormed())) {
        const fix = "leave that out"
        return yield* usage(`${name} of ${path} holds a NUL or half a character, which no text file does`, {
          target: path,
          fix
        })
      }
      const place = placeOf(path, name)
      const { file } = place
      if (place.in === "code") {
        const text = texts.find((text) => text === name)!
        const template = `${value}`
        const model = own.get(path)
        const before = text === "prompt" ? model?.prompt.source : model?.system
        if (before === template) continue
        const change = before === undefined || file === undefined ? undefined : yield* inCode(file, before, template)
        patches.push({ path, text, template, change })
        continue
      }
      // all but code has a file
      const change = yield* changeOf(file!)
      if (place.in === "file") {
        changes.set(change.file, yield* withText(change, changes.has(change.file), `${value}`))
      } else if (place.in === "configuration") {
        if (!isOurs) {
          return yield* usage(`${project?.name} sets steps of another workflow`, {
            target: project?.name ?? path,
            fix: "name this one there, as `workflow`"
          })
        }
        yield* put(change, [...place.keys, ...keys.slice(1)], value)
      } else {
        const entry = placedInText(change.after).find((one) => one.path === path)
        if (typeof entry?.body === "string") yield* put(change, place.keys, nested(entry.body, keys, value))
        else yield* put(change, [...place.keys, ...keys], value)
      }
    }
  }
  const all = [...changes.values()]
    .filter(({ after, before }) => after !== before)
    .toSorted((a, b) => a.file.localeCompare(b.file))
  const hash = yield* Hasher
  return { changes: all, patches, of: hash(JSON.stringify(all)) }
})

/** A step of a catalog with a setting. */
const nested = (step: string, keys: ReadonlyArray<string>, value: Schema.Json): Schema.Json => ({
  step,
  ...(keys.reduceRight<Schema.Json>((inner, key) => ({ [key]: inner }), value) as object)
})

/** The file of a text with another one: its line ends are as they were, and so is whether the last line has one. */
const withText = Effect.fnUntraced(function* (change: Change, isChanged: boolean, text: string) {
  const { before = "\n", file } = change
  const ended = before.endsWith("\n") || text.endsWith("\n") ? `${text}\n` : text
  const after = before.includes("\r\n") ? ended.replaceAll("\n", "\r\n") : ended
  if (isChanged && after !== change.after) {
    const name = yield* shown(file)
    return yield* usage(`${name} is the text of several steps, which would each have another`, {
      target: name,
      fix: "give each a file of its own"
    })
  }
  return { ...change, after }
})

/** How many files of a module are looked through. */
const mostFiles = 100

/** The file among those of a module in which a text stands as a literal, with another one there. */
const inCode = Effect.fnUntraced(function* (module: string, before: string, after: string) {
  const files = [module]
  for (let i = 0; i < files.length && i < mostFiles; i++) {
    const file = files[i]!
    const source = yield* Effect.orElseSucceed(textFile.exactNamed(file, most), () => undefined)
    if (source === undefined) continue
    const made = replacedIn(source, before, after)
    if (made !== undefined) return { file, before: source, after: made } satisfies Change
    for (const specifier of importsOf(source)) {
      const imported = resolve(dirname(file), specifier)
      if (!files.includes(imported)) files.push(imported)
    }
  }
  return undefined
})

/** A change as a unified diff, with the name of the file for a person. */
export const diffOf = ({ after, before, file }: Change) =>
  Effect.map(shown(file), (name) => {
    const from = before === undefined ? "/dev/null" : name
    return { file: name, diff: createTwoFilesPatch(from, name, before ?? "", after, "", "", { context: 3 }) }
  })

/** A file is not what it was when the change was told. */
class Changed extends Data.TaggedError("Changed")<{ readonly file: string }> {}

/** Writes all of the changes, or none; who looks at a file sees the old text or the new. */
export const write = Effect.fnUntraced(function* (changes: ReadonlyArray<Change>) {
  const written: Array<Effect.Effect<void, unknown, FileSystem.FileSystem>> = []
  for (const change of changes) {
    const takeBack = yield* Effect.onError(put(change), () =>
      Effect.forEach(written, (one) => Effect.ignore(one), { discard: true })
    )
    written.push(takeBack)
  }
}, Effect.uninterruptible)

/** Writes a change; gives what takes it back. */
const put = Effect.fnUntraced(function* ({ after, before, file }: Change) {
  const fs = yield* FileSystem.FileSystem
  const name = yield* shown(file)
  const real = yield* Effect.orElseSucceed(fs.realPath(file), () => file)
  const check = Effect.gen(function* () {
    const isThere = yield* fs.exists(real)
    const now = isThere ? yield* textFile.exactNamed(real, most) : undefined
    if (now !== before) return yield* new Changed({ file: name })
  })
  yield* replace(real, after, { check }).pipe(
    Effect.catchTag("PlatformError", (cause) =>
      Effect.fail(failed(`${name} cannot be written: ${reasonOf(cause)}`, { target: name, cause }))
    )
  )
  return before === undefined ? fs.remove(real) : replace(real, before)
})
