import { Buffer } from "node:buffer"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import { built } from "../../internal/page/built.ts"
import { reasonOf } from "../../internal/disk/systemError.ts"
import { configuration, usage } from "../base/cliError.ts"
import * as format from "../base/format.ts"
import { version } from "../base/version.ts"
import * as blocks from "./blocks.ts"
import * as document from "./document.ts"
import { gather } from "./gather.ts"
import { type Held, holdings, inWords, isNeeded, named } from "./held.ts"

export interface Options {
  readonly hasTexts: boolean
  /** How large the file may be. **Units** bytes */
  readonly most: number
}

/** The code of the page, as it was built. */
export const code = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const read = Effect.fnUntraced(function* (name: string) {
    const file = built(`file/${name}`)
    if (file === undefined) {
      return yield* configuration("the page was not built", { target: name, fix: "`npm run build` builds it" })
    }
    return yield* Effect.mapError(fs.readFileString(file), (cause) =>
      configuration(`${file} cannot be read: ${reasonOf(cause)}`, { target: file, cause })
    )
  })
  return { script: yield* read("page.js"), style: yield* read("page.css") }
})

/** A run as a page that is one file, and what that holds. */
export const make = Effect.fnUntraced(function* (page: document.Code, reference: string, { hasTexts, most }: Options) {
  const { answers, at, besides, lines, redacted, run, texts } = yield* gather(reference, hasTexts)
  const held = [...lines.flatMap(({ held }) => held ?? []), ...besides]
  const without = new Set<Held>(hasTexts ? [] : held.filter(({ kind }) => !isNeeded(kind)))
  const print = (fitted: blocks.Fitted): string => {
    const leftOut = [
      ...(without.size === 0
        ? []
        : [`Left out, as --no-texts asked for: ${holdings(without).map(inWords).join("; ")}.`]),
      ...fitted.tooLarge.map((one) => `Left out, as the file was to be smaller: ${named(one)}.`)
    ]
    const file = { run, version: version(), at, leftOut }
    const { words } = fitted
    const head = { file, words, blocks: fitted.blocks.map(({ first }) => first), texts }
    const rest = answers.map(([path, answer]) => `${path} ${JSON.stringify(answer)}`)
    const first = blocks.pack([JSON.stringify(head), ...rest].join("\n"))
    return document.print(page, { answers: first, blocks: fitted.blocks })
  }
  const sizeOf = (fitted: blocks.Fitted) => Buffer.byteLength(print(fitted))
  const fitted = blocks.fit({ lines, leftOut: without, most, sizeOf })
  if (fitted === undefined) {
    return yield* usage(`without any text it is larger than ${format.bytes(most)}`, {
      target: "--max-mb",
      fix: "raise --max-mb"
    })
  }
  const gone = new Set([...without, ...fitted.tooLarge])
  return {
    run,
    html: print(fitted),
    holds: holdings(held.filter((one) => !gone.has(one))),
    without: holdings(without),
    tooLarge: fitted.tooLarge,
    redacted
  }
})
