import { createHash } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import * as document from "../../../src/cli/page/document.ts"

const hashOf = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`

const printed = document.print(
  { script: 'const text = "</script><!-- <script>"; run(text)', style: '.a::after { content: "</style>" }' },
  { answers: "YQ==", blocks: [{ first: 0, base64: "Yg==" }] }
)

describe("print", () => {
  it("begins with a policy that lets run what is in the page, and nothing else", () => {
    const [, policy = ""] =
      /<head>\s*<meta http-equiv="Content-Security-Policy" content="([^"]*)">/u.exec(printed) ?? []
    const [, style = ""] = /<style>(.*?)<\/style>/su.exec(printed) ?? []
    const [, script = ""] = /<script>(.*?)<\/script>/su.exec(printed) ?? []
    assert.deepStrictEqual(policy.split("; "), [
      "default-src 'none'",
      `script-src ${hashOf(script)}`,
      `style-src ${hashOf(style)}`,
      "connect-src 'none'",
      "base-uri 'none'",
      "form-action 'none'"
    ])
    assert.notInclude(policy, "unsafe")
  })

  it("has nothing in its code that ends an element or hides the end of one, and the code means the same", () => {
    const [, script = ""] = /<script>(.*?)<\/script>/su.exec(printed) ?? []
    const said: Array<string> = []
    new Function("run", script)((text: string) => said.push(text))
    assert.deepStrictEqual(said, ["</script><!-- <script>"])
    assert.notMatch(script, /<!--|<\/?script/iu)
    assert.strictEqual(printed.match(/<\/script>/gu)?.length, 3)
    assert.strictEqual(printed.match(/<\/style>/gu)?.length, 1)
  })
})
