import { assert, describe, it } from "@effect/vitest"
import { parse } from "yaml"
import { set } from "../../../src/internal/files/yamlEdit.ts"

const file = `# yaml-language-server: $schema=x.json
models:   { default: anthropic/claude }   # who answers


steps:
    # the first
    outline:
        prompt: "Outline {{topic}}"   # short
        model: fast
    draft:
        prompt: |
            Draft {{topic}}.

            Plainly.
        repair: 1

budget: { calls: 40,   usd: 2 }
`

/** The lines that are other ones, less those that are gone. */
const added = (text: string, from = file) => text.split("\n").filter((line) => !from.split("\n").includes(line))

describe("yamlEdit", () => {
  it("changes what stands at a place, and nothing of the layout around it", () => {
    assert.strictEqual(set(file, ["steps", "outline", "model"], "slow"), file.replace("model: fast", "model: slow"))
    assert.strictEqual(
      set(file, ["steps", "outline", "prompt"], "Sketch {{topic}}"),
      file.replace('"Outline {{topic}}"', "Sketch {{topic}}")
    )
    assert.strictEqual(
      set(file, ["steps", "draft", "prompt"], "Write {{topic}}.\nAt length."),
      file.replace(/prompt: \|\n.*\n\n.*Plainly\.\n/u, "prompt: |-\n          Write {{topic}}.\n          At length.\n")
    )
    assert.strictEqual(set(file, ["budget", "calls"], 50), file.replace("calls: 40", "calls: 50"))
  })

  it("adds what is not there, where its siblings are", () => {
    assert.deepStrictEqual(added(set(file, ["steps", "outline", "parameters", "temperature"], 0.5)!), [
      "        parameters:",
      "          temperature: 0.5"
    ])
    assert.deepStrictEqual(added(set(file, ["steps", "review", "prompt"], "Review\n{{text}}")!), [
      "    review:",
      "      prompt: |-",
      "        Review",
      "        {{text}}"
    ])
    assert.strictEqual(set(file, ["budget", "tokens"], 9), file.replace("usd: 2 }", 'usd: 2, "tokens": 9 }'))
    assert.strictEqual(set("", ["steps", "a", "model"], "x"), "steps:\n  a:\n    model: x\n")
    assert.strictEqual(set("# nothing yet\n", ["repair"], 1), "# nothing yet\nrepair: 1\n")
    assert.deepStrictEqual(parse(set("steps:\nrepair: 1", ["steps", "a", "model"], "x")!), {
      steps: { a: { model: "x" } },
      repair: 1
    })
  })

  it("leaves JSON to be JSON", () => {
    const json = '{\n  "steps": {\n    "outline": { "prompt": "a" }\n  }\n}\n'
    assert.strictEqual(
      set(json, ["steps", "outline", "prompt"], 'b "c"\nd'),
      json.replace('"a"', JSON.stringify('b "c"\nd'))
    )
    assert.deepStrictEqual(JSON.parse(set(json, ["steps", "draft", "model"], "x")!), {
      steps: { outline: { prompt: "a" }, draft: { model: "x" } }
    })
  })

  it("holds what it was told, and all else as before, whatever the text looks like", () => {
    const texts = [
      "",
      " ",
      "- a",
      "#",
      ": ",
      "'",
      '"',
      "a: b # c",
      "x\n\ny\n",
      "\n",
      "  a\nb",
      "{{a}}",
      "*a",
      "é\u2028",
      "---"
    ]
    for (const source of [file, file.replaceAll("\n", "\r\n"), file.trimEnd(), "steps: {}\n", "steps:\n"]) {
      for (const text of texts) {
        for (const keys of [
          ["steps", "outline", "prompt"],
          ["steps", "draft", "prompt"],
          ["steps", "new", "prompt"]
        ]) {
          const after = set(source, keys, text)
          assert.isDefined(after, JSON.stringify([text, keys]))
          assert.deepStrictEqual(parse(after!).steps[keys[1]!].prompt, text)
        }
      }
    }
  })

  it("refuses what is no map there", () => {
    assert.isUndefined(set("steps: [1]\n", ["steps", "a"], 1))
    assert.isUndefined(set("steps: {\n", ["steps", "a"], 1))
  })
})
