import { assert, describe, it } from "@effect/vitest"
import * as terminal from "../../../src/cli/base/terminal.ts"

/** A stream that keeps what is written to it, and fails as it is told. */
const fake = (isTTY: boolean, env: Readonly<Record<string, string>> = {}) => {
  const written: Array<string> = []
  const screen = terminal.screen({ isTTY, columns: 40, rows: 10, write: (text: string) => written.push(text) > 0 }, env)
  return { screen, text: () => written.join("") }
}

const hostile = [
  "\u001b]0;title\u0007",
  "\u001b[31mred\u001b[0m",
  "\u009b2J",
  "a\rb",
  "a\bb\u007f",
  "abc\u202edcba\u2069\u200f\u061c",
  "\0\u2028"
]

describe("terminal", () => {
  it("shows on a terminal every control character escaped, wherever it comes from", () => {
    for (const text of hostile) {
      const { screen, text: shown } = fake(true)
      screen.write(text)
      // oxlint-disable-next-line no-control-regex -- it looks for them
      assert.notMatch(shown(), /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/)
    }
    const { screen, text } = fake(true)
    screen.write("\u001b[2J \u202e \u009b\r\n\tGröße 漢字 👩‍👩‍👧 ✔\n")
    assert.strictEqual(text(), "\\x1b[2J \\u202e \\x9b\n\tGröße 漢字 👩‍👩‍👧 ✔\n")
  })

  it("changes nothing in a file or a pipe", () => {
    const { screen, text } = fake(false)
    for (const each of hostile) screen.write(each)
    assert.strictEqual(text(), hostile.join(""))
  })

  it("shows to a person what steers in words, whatever comes between", () => {
    const written: Array<string> = []
    const stream = { columns: 40, rows: 10, write: (text: string) => written.push(text) > 0 }
    const screen = terminal.screen(stream, {}, { isForPerson: true })
    for (const each of hostile) screen.write(each)
    assert.notMatch(written.join(""), /(?!\n)[\p{Control}\u202e]/u)
  })

  it("keeps its own colours and movements", () => {
    const { screen, text } = fake(true)
    screen.write(`${terminal.sequence("2A")}${terminal.paint("red", "a\u001b[1mb")}`)
    assert.strictEqual(text(), "\u001b[2A\u001b[31ma\\x1b[1mb\u001b[39m")
    const pipe = fake(false, { FORCE_COLOR: "1" })
    assert.isTrue(pipe.screen.hasColour)
    pipe.screen.write(terminal.paint("red", "a"))
    assert.strictEqual(pipe.text(), "\u001b[31ma\u001b[39m")
  })

  it("uses ASCII alone where the locale has no UTF-8, or a dumb terminal is written to", () => {
    const isAscii = (isTTY: boolean, env: Readonly<Record<string, string>>) => fake(isTTY, env).screen.isAscii
    assert.isTrue(isAscii(true, { LC_ALL: "C" }))
    assert.isTrue(isAscii(false, { LC_ALL: "POSIX", LANG: "de_DE.UTF-8" }))
    assert.isTrue(isAscii(false, { LC_CTYPE: "de_DE.ISO-8859-1" }))
    assert.isFalse(isAscii(false, { LC_ALL: "", LC_CTYPE: "C.utf8", LANG: "C" }))
    assert.isFalse(isAscii(true, { LANG: "en_US.UTF-8" }))
    assert.isFalse(isAscii(true, {}))
    assert.isTrue(isAscii(true, { TERM: "dumb" }))
    assert.isFalse(isAscii(false, { TERM: "dumb" }))
  })
})
