import { spawn, spawnSync } from "node:child_process"
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { NodeServices } from "@effect/platform-node"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { Console, Effect, Stdio, Stream } from "effect"
import * as textFile from "../../../src/cli/base/textFile.ts"

const folder = mkdtempSync(join(tmpdir(), "stepwright-text-"))
afterAll(() => rmSync(folder, { recursive: true }))
const file = (name: string, content: string | Uint8Array) => {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}

const read = (file: string) => textFile.read(file).pipe(Effect.provide(NodeServices.layer))
const refusal = (file: string) =>
  Effect.map(Effect.flip(read(file)), ({ kind, message, target }) => {
    assert.strictEqual(kind, "usage")
    assert.strictEqual(target, file)
    assert.notInclude(message, "\n")
    return message.replaceAll(`${folder}/`, "")
  })

const utf16 = (text: string, bigEndian: boolean) => {
  const bytes = Buffer.from(`\uFEFF${text}`, "utf16le")
  return bigEndian ? bytes.swap16() : bytes
}

describe("textFile", () => {
  it.effect("reads UTF-8 and UTF-16 by their marks, without the mark", () =>
    Effect.gen(function* () {
      const text = "Größe → 漢字 👩\r\n"
      assert.strictEqual(yield* read(file("plain.md", text)), text)
      assert.strictEqual(yield* read(file("bom.md", `\uFEFF${text}`)), text)
      assert.strictEqual(yield* read(file("le.md", utf16(text, false))), text)
      assert.strictEqual(yield* read(file("be.md", utf16(text, true))), text)
      assert.strictEqual(yield* read(file("replaced.md", "a\uFFFDb")), "a\uFFFDb")
    })
  )

  it.effect("refuses what is no text, and says at which byte", () =>
    Effect.gen(function* () {
      const latin1 = file("latin1.md", Buffer.from("Gr\u00f6\u00dfe", "latin1"))
      assert.match(yield* refusal(latin1), /^latin1\.md is no UTF-8 text \(byte 2\)/)
      const later = file("later.md", Buffer.concat([Buffer.from("ü\uFFFD"), Buffer.from([0xff])]))
      assert.match(yield* refusal(later), /^later\.md is no UTF-8 text \(byte 5\)/)
      const cut = file("cut.md", Buffer.from("ab漢").subarray(0, 4))
      assert.match(yield* refusal(cut), /^cut\.md is no UTF-8 text \(byte 2\)/)
      assert.match(yield* refusal(file("bytes.md", Buffer.from([65, 0, 66]))), /^bytes\.md is no UTF-8 text \(byte 1\)/)
      const unmarked = file("unmarked.md", Buffer.from("text", "utf16le"))
      assert.match(yield* refusal(unmarked), /^unmarked\.md is no UTF-8 text \(byte 1\)/)
      const odd = file("odd.md", utf16("abc", false).subarray(0, 7))
      assert.match(yield* refusal(odd), /^odd\.md is no UTF-16 text/)
      const lone = file("lone.md", Buffer.from([0xff, 0xfe, 0x00, 0xd8, 0x41, 0x00]))
      assert.match(yield* refusal(lone), /^lone\.md is no UTF-16 text/)
      const pdf = file("doc.pdf", Buffer.from("%PDF-1.7\n1 0 obj\n"))
      assert.match(yield* refusal(pdf), /^doc\.pdf is a PDF/)
    })
  )

  it.effect("refuses what is empty, blank, a folder, missing, or cannot be read", () =>
    Effect.gen(function* () {
      assert.match(yield* refusal(file("empty.md", "")), /^empty\.md is empty/)
      assert.match(yield* refusal(file("mark.md", "\uFEFF")), /^mark\.md is empty/)
      assert.match(yield* refusal(file("blank.md", " \r\n\t\u00a0\n")), /^blank\.md is blank/)
      mkdirSync(join(folder, "folder"))
      assert.match(yield* refusal(join(folder, "folder")), /^folder is a folder/)
      assert.match(yield* refusal(join(folder, "absent.md")), /^there is no file absent\.md/)
      assert.match(yield* refusal(join(file("plain.txt", "a"), "below.md")), /^there is no file plain\.txt\/below\.md/)
      symlinkSync("circle", join(folder, "circle"))
      const circle = yield* refusal(join(folder, "circle"))
      assert.match(circle, /^circle cannot be read: too many symbolic links/)
      const long = yield* refusal(join(folder, "n".repeat(300)))
      assert.match(long, /^n+ cannot be read: name too long/)
      chmodSync(file("closed.md", "text"), 0)
      if (process.getuid?.() !== 0) {
        assert.match(yield* refusal(join(folder, "closed.md")), /^closed\.md cannot be read: permission denied/)
      }
    })
  )

  it.effect("reads standard input for -, and says on a terminal that it waits", () =>
    Effect.gen(function* () {
      const told: Array<string> = []
      const stdin = (isTerminal: boolean, ...chunks: ReadonlyArray<string>) =>
        textFile.read("-").pipe(
          Effect.provideService(
            Stdio.Stdio,
            Stdio.make({
              args: Effect.succeed([]),
              stdinIsTerminal: Effect.succeed(isTerminal),
              stdout: () => assert.fail("not this"),
              stderr: () => assert.fail("not this"),
              stdin: Stream.fromIterable(chunks.map((chunk) => Buffer.from(chunk)))
            })
          ),
          Effect.provideService(Console.Console, {
            ...globalThis.console,
            error: (text: string) => void told.push(text)
          })
        )
      const read = (...args: Parameters<typeof stdin>) => stdin(...args).pipe(Effect.provide(NodeServices.layer))
      assert.strictEqual(yield* read(false, "one ", "two"), "one two")
      assert.deepStrictEqual(told, [])
      assert.strictEqual(yield* read(true, "typed"), "typed")
      assert.match(told.join(), /standard input.*Ctrl-D/)
      const { message, target } = yield* Effect.flip(read(false, "  "))
      assert.match(message, /^standard input is blank/)
      assert.strictEqual(target, "-")
    })
  )

  it.effect("reads a pipe with a name, as shells make of a command's output", () =>
    Effect.gen(function* () {
      const pipe = join(folder, "pipe")
      assert.strictEqual(spawnSync("sh", ["-c", `mkfifo "${pipe}"`]).status, 0)
      spawn("sh", ["-c", `printf 'one two' > "${pipe}"`])
      assert.strictEqual(yield* read(pipe), "one two")
      spawn("sh", ["-c", `head -c 20000000 /dev/zero > "${pipe}"`])
      assert.match(yield* refusal(pipe), /^pipe is larger than 10 MB/)
    })
  )

  it.effect("refuses what has no end and what is too large, before it is read whole", () =>
    Effect.gen(function* () {
      for (const device of ["/dev/zero", "/dev/urandom", "/dev/tty"].filter((name) => existsSync(name))) {
        assert.match(yield* refusal(device), /^\/dev\/\w+ is a device, no file/)
      }
      const most = 10 * 1024 ** 2
      const whole = file("whole.md", Buffer.alloc(most, "a"))
      assert.strictEqual((yield* read(whole)).length, most)
      assert.match(yield* refusal(file("large.md", Buffer.alloc(most + 1, "a"))), /^large\.md is larger than 10 MB/)
      const endless = Stream.forever(Stream.make(Buffer.alloc(1024 ** 2, "a")))
      const input = Stdio.layerTest({ stdin: endless, stdinIsTerminal: Effect.succeed(false) })
      const refused = yield* Effect.flip(textFile.read("-").pipe(Effect.provide([NodeServices.layer, input])))
      assert.match(refused.message, /^standard input is larger than 10 MB/)
    })
  )
})
