import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import process from "node:process"
import { NodeServices } from "@effect/platform-node"
import { afterEach, assert, beforeEach, describe, it } from "@effect/vitest"
import { Console, Effect, Layer, Stdio, Stream } from "effect"
import * as project from "../../../src/cli/value/project.ts"

let folder = ""
const before = process.cwd()
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stepwright-project-"))
  mkdirSync(join(folder, "work"))
  process.chdir(join(folder, "work"))
})
afterEach(() => {
  process.chdir(before)
  rmSync(folder, { recursive: true })
})

const write = (files: Readonly<Record<string, string | Uint8Array>>) => {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(name), { recursive: true })
    writeFileSync(name, content)
  }
}

const read = (documents: ReadonlyArray<string>, more: Partial<project.Given> = {}) =>
  project.read({ documents, design: [], samples: [], ...more }).pipe(Effect.provide(NodeServices.layer))

const refusal = (...args: Parameters<typeof read>) =>
  Effect.map(Effect.flip(read(...args)), ({ fix, kind, message }) => {
    assert.strictEqual(kind, "usage")
    assert.notInclude(message, "\n")
    // what is to be done is said
    assert.include(message, fix ?? "a fix that there is not")
    return message
  })

/** What is said meanwhile. */
const said = <A, E, R>(work: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const lines: Array<string> = []
    const console = { ...globalThis.console, error: (line: string) => void lines.push(line) }
    return Effect.map(Effect.provideService(work, Console.Console, console), (result) => ({ result, lines }))
  })

const paths = (files: ReadonlyArray<project.File>) => files.map(({ path }) => path)

const png = Buffer.concat([Buffer.from("\u0089PNG\r\n\u001a\n", "latin1"), Buffer.alloc(64)])
const docx = Buffer.concat([
  Buffer.from("PK\u0003\u0004", "latin1"),
  Buffer.alloc(22),
  Buffer.from("[Content_Types].xml")
])
const odt = Buffer.concat([
  Buffer.from("PK\u0003\u0004", "latin1"),
  Buffer.alloc(26),
  Buffer.from("mimetypeapplication/vnd.oasis.opendocument.text")
])
const doc = Buffer.concat([Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]), Buffer.alloc(64)])

describe("project", () => {
  describe("read", () => {
    it.effect("takes files and folders, each file by its path, in the order of names", () =>
      Effect.gen(function* () {
        write({
          "PRD.md": "# PRD\r\n",
          "docs/b.md": "b",
          "docs/a/z.txt": "z",
          "docs/a/c.rst": "c",
          "docs/a.puml": "@startuml",
          "design.md": "design",
          "data/in.csv": "a,b\r\n",
          "data/deep/x.json": "\ufeff{}"
        })
        const given = { design: ["design.md"], samples: ["data/"] }
        const { lines, result } = yield* said(read(["PRD.md", "docs/"], given))
        assert.deepStrictEqual(lines, [])
        assert.deepStrictEqual(result, {
          documents: [
            // a document is the same text whatever its line ends are
            { path: "PRD.md", text: "# PRD\n" },
            { path: "docs/a/c.rst", text: "c" },
            { path: "docs/a/z.txt", text: "z" },
            { path: "docs/a.puml", text: "@startuml" },
            { path: "docs/b.md", text: "b" }
          ],
          design: [{ path: "design.md", text: "design" }],
          // a sample is what its bytes are
          samples: [
            { path: "data/deep/x.json", text: "\ufeff{}" },
            { path: "data/in.csv", text: "a,b\r\n" }
          ]
        })
      })
    )

    it.effect("names a file as the person did, below the working folder, whatever way it is written", () =>
      Effect.gen(function* () {
        write({ "spec/a.md": "a", "spec/b.md": "b", "../elsewhere.md": "c" })
        assert.deepStrictEqual(paths((yield* read(["./spec//a.md"])).documents), ["spec/a.md"])
        assert.deepStrictEqual(paths((yield* read([join(process.cwd(), "spec")])).documents), [
          "spec/a.md",
          "spec/b.md"
        ])
        assert.deepStrictEqual(paths((yield* read(["."])).documents), ["spec/a.md", "spec/b.md"])
        assert.deepStrictEqual(paths((yield* read(["../elsewhere.md"])).documents), ["elsewhere.md"])
      })
    )

    it.effect(
      "leaves out of a folder what is hidden, generated or a link, and what is no text, and says so in a line",
      () =>
        Effect.gen(function* () {
          write({
            "docs/a.md": "a",
            "docs/.hidden.md": "h",
            "docs/.git/config": "g",
            "docs/node_modules/x/README.md": "n",
            "docs/__pycache__/a.pyc": "p",
            "docs/logo.png": png,
            "docs/deep/empty.md": "",
            "docs/deep/blank.md": " \n\n"
          })
          symlinkSync("a.md", "docs/link.md")
          symlinkSync("..", "docs/up")
          const { lines, result } = yield* said(read(["docs"]))
          assert.deepStrictEqual(paths(result.documents), ["docs/a.md"])
          assert.strictEqual(lines.length, 1)
          const [line = ""] = lines
          for (const name of [".git", ".hidden.md", "__pycache__", "node_modules", "link.md", "up", "logo.png"]) {
            assert.include(line, `docs/${name}`)
          }
          assert.include(line, "docs/link.md (a link)")
          assert.include(line, "docs/deep/empty.md (empty)")
          assert.include(line, "docs/deep/blank.md (blank)")
          assert.include(line, "docs/logo.png (no text)")
        })
    )

    it.effect("decides by content what is a document", () =>
      Effect.gen(function* () {
        write({ "docs/NOTES": "notes", "docs/api.yaml": "a: 1", "docs/model.unknown": "text", "docs/x.bin": png })
        assert.deepStrictEqual(paths((yield* read(["docs"])).documents), [
          "docs/NOTES",
          "docs/api.yaml",
          "docs/model.unknown"
        ])
        write({ "docs/utf16.md": Buffer.from("\uFEFFGr\u00f6\u00dfe", "utf16le") })
        assert.strictEqual((yield* read(["docs/utf16.md"])).documents[0]?.text, "Größe")
      })
    )

    it.effect.each([
      ["a PDF", "a.pdf", Buffer.from("%PDF-1.7\n"), /a\.pdf is a PDF.*plain text/],
      ["a PDF under another name", "a.md", Buffer.from("%PDF-1.7\n"), /a\.md is a PDF.*plain text/],
      ["a Word document", "a.docx", docx, /a\.docx is an Office document.*plain text/],
      ["an OpenDocument", "a.odt", odt, /a\.odt is an Office document.*plain text/],
      ["an old Word document", "a.doc", doc, /a\.doc is an Office document.*plain text/],
      ["rich text", "a.rtf", "{\\rtf1 hello}", /a\.rtf is rich text.*plain text/],
      ["text in an encoding of before", "a.md", Buffer.from("Gr\u00f6\u00dfe", "latin1"), /a\.md is no UTF-8.*UTF-8/]
    ] as const)("refuses %s, named and in a folder", ([, name, content, says]) =>
      Effect.gen(function* () {
        write({ "docs/good.md": "good", [`docs/${name}`]: content })
        assert.match(yield* refusal([`docs/${name}`]), says)
        assert.match(yield* refusal(["docs"]), says)
        assert.match(yield* refusal(["docs/good.md"], { design: ["docs"] }), says)
      })
    )

    it.effect("refuses what is named and can be no document, with what to do", () =>
      Effect.gen(function* () {
        write({ "empty.md": "", "blank.md": " \n", "logo.png": png, "only/.hidden.md": "h" })
        mkdirSync("none")
        assert.match(yield* refusal(["empty.md"]), /empty\.md is empty/)
        assert.match(yield* refusal(["blank.md"]), /blank\.md is blank/)
        assert.match(yield* refusal(["logo.png"]), /logo\.png is an image/)
        assert.match(yield* refusal(["missing.md"]), /there is no file missing\.md/)
        assert.match(yield* refusal([""]), /names nothing/)
        assert.match(yield* refusal(["none"]), /no document in none/)
        assert.match(yield* refusal(["only/"]), /no document in only/)
        assert.match(yield* refusal(["/dev/null"]), /device/)
        assert.match(yield* refusal([]), /no document/)
      })
    )

    it.effect("refuses what is too large, and says how large it may be", () =>
      Effect.gen(function* () {
        write({
          "docs/big.md": "text\n",
          "data/big.csv": "1,2\n",
          "good.md": "good",
          "limit.md": "x".repeat(1024 ** 2)
        })
        truncateSync("docs/big.md", 0)
        writeFileSync("docs/big.md", "x".repeat(1024 ** 2 + 1))
        assert.match(yield* refusal(["docs/big.md"]), /docs\/big\.md is larger than 1 MB/)
        assert.match(yield* refusal(["docs"]), /docs\/big\.md is larger than 1 MB/)
        writeFileSync("data/big.csv", "x".repeat(1024 ** 2 + 1))
        assert.match(yield* refusal(["good.md"], { samples: ["data"] }), /data\/big\.csv is larger than 1 MB/)
        assert.strictEqual((yield* read(["limit.md"])).documents[0]?.text.length, 1024 ** 2)
        truncateSync("data/big.csv", 50 * 1024 ** 2)
        assert.match(yield* refusal(["good.md"], { samples: ["data/big.csv"] }), /larger than 1 MB/)
        rmSync("data/big.csv")
        for (let n = 1; n <= 9; n++) writeFileSync(`data/${n}.csv`, "x".repeat(1024 ** 2 - n))
        assert.match(yield* refusal(["good.md"], { samples: ["data"] }), /larger than 8 MB together/)
      })
    )

    it.effect("refuses documents that are too large together, without reading them all", () =>
      Effect.gen(function* () {
        mkdirSync("docs")
        for (let n = 1; n <= 11; n++) writeFileSync(`docs/${n + 10}.md`, "x".repeat(1024 ** 2 - n))
        // were it read, that would be refused
        writeFileSync("docs/z.md", Buffer.from("\u00f6", "latin1"))
        assert.match(yield* refusal(["docs"]), /the documents are larger than 10 MB together/)
        write({ "p.md": "p" })
        assert.match(yield* refusal(["p.md"], { design: ["docs"] }), /the design is larger than 10 MB/)
      })
    )

    it.effect("says in a line of reasonable length what is left out", () =>
      Effect.gen(function* () {
        write({ "docs/a.md": "a" })
        for (let n = 1; n <= 30; n++) write({ [`docs/picture${n}.png`]: png })
        const { lines } = yield* said(read(["docs"]))
        assert.strictEqual(lines.length, 1)
        assert.isBelow(lines.join().length, 400)
        assert.include(lines.join(), "and 20 more")
      })
    )

    it.effect("refuses a path that is there twice, by whatever way", () =>
      Effect.gen(function* () {
        write({ "docs/a.md": "a", "../one/x.md": "1", "../two/x.md": "2", "d.csv": "1" })
        assert.match(yield* refusal(["docs/a.md", "./docs/a.md"]), /docs\/a\.md is named twice/)
        assert.match(yield* refusal(["docs", "docs/a.md"]), /docs\/a\.md is named twice/)
        assert.match(yield* refusal(["docs", "docs/"]), /docs\/a\.md is named twice/)
        assert.match(yield* refusal(["docs"], { samples: ["d.csv", "d.csv"] }), /d\.csv is named twice/)
        assert.match(yield* refusal(["../one/x.md", "../two/x.md"]), /one\/x\.md and .*two\/x\.md would both be x\.md/)
      })
    )

    it.effect("refuses samples that cannot be delivered as they are", () =>
      Effect.gen(function* () {
        write({ "p.md": "p", ".npmrc": "x", "data/a\u202eb.csv": "1", "data/x.bin": png, "empty.csv": "" })
        write({ "latin1.csv": Buffer.from("\u00f6", "latin1"), "u16.csv": Buffer.from("\uFEFFa", "utf16le") })
        write({ "fold/A.csv": "1", "fold/a.csv": "2" })
        const of = (...samples: ReadonlyArray<string>) => refusal(["p.md"], { samples })
        assert.match(yield* of(".npmrc"), /\.npmrc cannot be a sample.*acts on its own/)
        assert.match(yield* of("data/a\u202eb.csv"), /cannot be a sample.*nobody sees/)
        assert.match(yield* of("data/x.bin"), /data\/x\.bin is an image.*text/)
        assert.match(yield* of("latin1.csv"), /latin1\.csv is no UTF-8 text \(byte 0\)/)
        assert.match(yield* of("u16.csv"), /u16\.csv is no UTF-8 text/)
        assert.match(yield* of("empty.csv"), /empty\.csv is empty/)
        assert.match(yield* of("fold"), /cannot be a sample.*case/)
        assert.match(yield* of("-"), /standard input.*name/)
      })
    )

    it.effect("refuses a document whose name would be taken for something else", () =>
      Effect.gen(function* () {
        write({ "a\nb.md": "x", "docs/c\u001b[2J.md": "x" })
        assert.match(yield* refusal(["a\nb.md"]), /control character/)
        assert.match(yield* refusal(["docs"]), /control character/)
      })
    )

    it.effect("reads standard input once", () =>
      Effect.gen(function* () {
        const stdin = Stdio.layerTest({ stdin: Stream.make(new TextEncoder().encode("from a pipe\r\n")) })
        const of = (given: Partial<project.Given>) =>
          project
            .read({ documents: ["-"], design: [], samples: [], ...given })
            .pipe(Effect.provide(Layer.merge(NodeServices.layer, stdin)))
        assert.deepStrictEqual((yield* of({})).documents, [{ path: "standard input", text: "from a pipe\n" }])
        assert.match((yield* Effect.flip(of({ design: ["-"] }))).message, /standard input is named twice/)
      })
    )

    it.effect("leaves out of a folder what is no file, rather than to wait for it", () =>
      Effect.gen(function* () {
        write({ "docs/a.md": "a" })
        yield* Effect.acquireRelease(
          Effect.callback<ReturnType<typeof createServer>>((resume) => {
            const server = createServer()
            server.listen(join(process.cwd(), "docs/socket"), () => resume(Effect.succeed(server)))
          }),
          (server) => Effect.sync(() => server.close())
        )
        const { lines, result } = yield* said(read(["docs"]))
        assert.deepStrictEqual(paths(result.documents), ["docs/a.md"])
        assert.include(lines.join(), "docs/socket (no file)")
      }).pipe(Effect.scoped)
    )
  })
})
