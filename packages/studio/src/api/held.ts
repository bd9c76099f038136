import type { Answer, Source } from "./client.ts"

// What answers in place of a server, in a file that `export --html` wrote. The file has its answers compressed, in elements
// that are no script: `answers`, with what is seen first, and after the code the blocks, with what happened and all texts.

/** What a file says of itself. */
export interface File {
  readonly run: string
  readonly version: string
  /** When it was written. **Units** milliseconds since 1970 */
  readonly at: number
  /** What it does not have, in a sentence each. */
  readonly leftOut: ReadonlyArray<string>
}

/** The first line of the answers. After it comes a line for each answer: the path that is asked, a blank, and JSON. */
interface Head {
  readonly file: File
  /** Words that are two characters in the blocks, the first of which is none of JSON's. */
  readonly words: ReadonlyArray<string>
  /** The number of the first text of each block. */
  readonly blocks: ReadonlyArray<number>
  /** Answers that are texts of blocks, by the path that is asked. */
  readonly texts: Readonly<Record<string, number>>
}

/** What there is of a file: its answers, and a block of it. */
export interface Packed {
  readonly answers: string
  readonly block: (index: number) => Promise<string>
}

/** What is packed in the page, where it is a file. */
export const find = (): Packed | undefined => {
  const answers = document.querySelector("#answers")?.textContent
  if (answers === undefined) return undefined
  // they are below the code, which begins before they are there
  const isRead =
    document.readyState === "loading"
      ? new Promise((resolve) => document.addEventListener("DOMContentLoaded", resolve, { once: true }))
      : Promise.resolve()
  const block = async (index: number) => {
    await isRead
    return document.querySelectorAll(".block")[index]?.textContent ?? ""
  }
  return { answers, block }
}

const unpacked = async (base64: string): Promise<string> => {
  const packed = atob(base64)
  const bytes = new Uint8Array(packed.length)
  for (let i = 0; i < packed.length; i++) bytes[i] = packed.charCodeAt(i)
  const { readable, writable } = new DecompressionStream("gzip")
  const writer = writable.getWriter()
  // what is wrong with it, whoever reads is told
  void writer.write(bytes).catch(() => undefined)
  void writer.close().catch(() => undefined)
  const reader = readable.getReader()
  const decoder = new TextDecoder()
  let text = ""
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- one piece after the other
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    text += decoder.decode(value, { stream: true })
  }
}

/** An answer that is there. A `Response` of it would have to wait until the page that comes has been read. */
const answered = (text: string) => ({
  ok: true,
  status: 200,
  body: null,
  json: async () => JSON.parse(text),
  text: async () => text
})

// oxlint-disable-next-line no-control-regex -- JSON has none, so that they are free to mean something else
const short = /[\u0001-\u0009\u000b-\u001f][ -~]/gu

/** What writes words out that are two characters: 95 of them to each lead, the end of a line being none. */
const lengthener = (words: ReadonlyArray<string>) => (text: string) =>
  text.replaceAll(short, (code) => {
    const lead = code.charCodeAt(0)
    return words[(lead < 10 ? lead - 1 : lead - 2) * 95 + code.charCodeAt(1) - 32] ?? ""
  })

const refused = (message: string) => ({
  ...answered(JSON.stringify({ message })),
  ok: false,
  status: 404
})

/** Opens a file: what it says of itself, and what answers for the server. */
export const open = async (packed: Packed): Promise<{ readonly file: File; readonly source: Source }> => {
  const [first = "", ...lines] = (await unpacked(packed.answers)).split("\n")
  const { blocks, file, texts, words }: Head = JSON.parse(first)
  const lengthen = lengthener(words)
  const answers = new Map(lines.map((line) => [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)]))
  const run = `/runs/${encodeURIComponent(file.run)}`

  let last: { readonly index: number; readonly lines: Promise<ReadonlyArray<string>> } | undefined
  /** The lines of a block, of which one is kept: who opens a text opens those beside it. */
  const linesOf = (index: number) => {
    if (last?.index !== index) {
      last = { index, lines: packed.block(index).then(async (block) => (await unpacked(block)).split("\n")) }
    }
    return last.lines
  }

  const textOf = async (number: number): Promise<Answer> => {
    const index = blocks.findLastIndex((begin) => begin <= number)
    const found =
      index === -1 ? [] : (await linesOf(index)).filter((line) => line.startsWith("t") || line.startsWith("x"))
    const packed = found[number - (blocks[index] ?? 0)]
    if (packed === undefined) return refused("It is not in this file.")
    const line = lengthen(packed)
    if (line.startsWith("x"))
      return refused(`It was left out of this file, which it would make larger by ${line.slice(1)}.`)
    return answered(JSON.parse(line.slice(1)))
  }

  /** What happened, as a server sends it. Nothing more happens to a file, so it does not end. */
  const events = (signal: AbortSignal | undefined) => {
    let [index, number] = [0, 0]
    const encoder = new TextEncoder()
    return new ReadableStream<Uint8Array>({
      start: (controller) => signal?.addEventListener("abort", () => controller.error(signal.reason)),
      pull: async (controller) => {
        while (index < blocks.length) {
          // oxlint-disable-next-line no-await-in-loop -- one after the other, as they are wanted
          const happened = (await linesOf(index++)).filter((line) => line.startsWith("e"))
          if (happened.length === 0) continue
          const sent = happened.map(
            (line) => `id: ${++number}\nevent: event\ndata: {"number":${number},"event":${lengthen(line.slice(1))}}\n\n`
          )
          if (signal?.aborted !== true) controller.enqueue(encoder.encode(sent.join("")))
          return
        }
      }
    })
  }

  const source: Source = async (path, { signal }) => {
    signal?.throwIfAborted()
    const answer = answers.get(path)
    if (answer !== undefined) return answered(answer)
    if (path === `${run}/events`) return new Response(events(signal))
    if (path.startsWith(`${run}/texts/`)) return textOf(Number(path.slice(run.length + "/texts/".length)))
    const text = texts[path]
    return text === undefined ? refused("It is not in this file.") : textOf(text)
  }
  return { file, source }
}
