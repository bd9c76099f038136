import { assert, describe, it } from "@effect/vitest"
import { importsOf, replacedIn } from "../../../src/cli/edit/literal.ts"

describe("the literal of a prompt", () => {
  it("is found as it may be written, and written as it was", () => {
    const text = 'Say "{{a}}"\nto `${b}` \\{{ it\'s'
    const other = 'Tell "{{a}}"\nnow'
    const written = [
      JSON.stringify(text),
      '`Say "{{a}}"\nto \\`\\${b}\\` \\\\{{ it\'s`',
      "'Say \"{{a}}\"\\nto `${b}` \\\\{{ it\\'s'"
    ]
    for (const literal of written) {
      const made = replacedIn(`const p = make(${literal})\n`, text, other)
      assert.isDefined(made, literal)
      const [, found = ""] = /make\(([^]*)\)\n$/u.exec(made!)!
      assert.strictEqual(found[0], literal[0])
      // it is a literal of this file's own making
      assert.strictEqual(new Function(`return ${found}`)(), other)
    }
    assert.strictEqual(replacedIn("x(String.raw`a\\{{`)", "a\\{{", "b\\{{"), "x(String.raw`b\\{{`)")
  })

  it("is none where it stands twice, or nowhere, or cannot be said so", () => {
    assert.isUndefined(replacedIn('a("x"); b("x")', "x", "y"))
    assert.isUndefined(replacedIn("a(`x${1}`)", "x1", "y"))
    assert.isUndefined(replacedIn("x(String.raw`a`)", "a", "`"))
  })

  it("may stand in files of its own that a module imports", () => {
    assert.deepStrictEqual(
      importsOf('import a from "./a.ts"\nexport * from "../b.ts"\nimport "effect"\nconst c = import("./c.ts")'),
      ["./a.ts", "../b.ts", "./c.ts"]
    )
  })
})
