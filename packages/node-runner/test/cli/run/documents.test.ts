import { mkdirSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { place } from "../../support/place.ts"

const documents = () => {
  const here = place(["project.ts", "bare.ts", "tool.ts"])
  for (const name of ["docs", "data"]) mkdirSync(here.path(name))
  here.write("PRD.md", "# PRD\r\n")
  here.write("docs/api.md", "api")
  here.write("design.md", "design")
  here.write("data/in.csv", "a\r\n")
  return here
}

const workflow = ["--workflow", "project.ts"] as const

describe("a run of several documents", () => {
  it("is given files, folders, a design and samples", async () => {
    const here = documents()
    const flags = ["--design", "design.md", "--sample", "data/", "--sample", "PRD.md"]
    const ran = await here.stepwright("run", "PRD.md", "docs/", ...flags, ...workflow, "--json")
    assert.strictEqual(ran.status, 0, ran.stderr)
    const { out, output } = JSON.parse(ran.stdout)
    assert.deepStrictEqual(output.list, {
      documents: [
        { path: "PRD.md", text: "# PRD\n" },
        { path: "docs/api.md", text: "api" }
      ],
      design: [{ path: "design.md", text: "design" }],
      samples: [
        { path: "data/in.csv", text: "a\r\n" },
        { path: "PRD.md", text: "# PRD\r\n" }
      ]
    })
    assert.strictEqual(out ?? "out/PRD", "out/PRD")
  })

  it("has no design and no samples where none is named, and is named after its folder", async () => {
    const here = documents()
    const ran = await here.stepwright("run", "docs/", ...workflow, "--json")
    const { output, run } = JSON.parse(ran.stdout)
    assert.deepStrictEqual(output.list, { documents: [{ path: "docs/api.md", text: "api" }] })
    assert.strictEqual(JSON.parse(here.read(`.stepwright/runs/${run}/run.json`)).out, "out/docs")
  })

  it("gets other documents by hand, or its whole input as JSON", async () => {
    const here = documents()
    await here.stepwright("run", "PRD.md", ...workflow)
    const set = await here.stepwright("set", "input", "PRD.md", "docs", "--sample", "data", ...workflow)
    assert.strictEqual(set.status, 0, set.stderr)
    const ran = await here.stepwright("resume", "--json")
    assert.deepStrictEqual(
      JSON.parse(ran.stdout).output.list.documents.map(({ path }: { readonly path: string }) => path),
      ["PRD.md", "docs/api.md"]
    )
    await here.stepwright("set", "input", "docs")
    const { documents: named, samples: kept } = JSON.parse((await here.stepwright("export")).stdout).input
    assert.deepStrictEqual([named.length, kept], [1, [{ path: "data/in.csv", text: "a\r\n" }]])
    here.write("input.json", JSON.stringify({ documents: [{ path: "x.md", text: "x" }] }))
    assert.strictEqual((await here.stepwright("set", "latest", "input", "input.json")).status, 0)
    assert.deepStrictEqual(JSON.parse((await here.stepwright("resume", "--json")).stdout).output.list, {
      documents: [{ path: "x.md", text: "x" }]
    })
  })

  it("takes from one file, or from standard input, an input as a whole, and else a document", async () => {
    const here = documents()
    await here.stepwright("run", "PRD.md", ...workflow)
    const whole = JSON.stringify({ documents: [{ path: "x.md", text: "x" }] })
    const set = async (input: string) => {
      const finished = await here.withInput(input).stepwright("set", "input", "-", ...workflow)
      const { stdout } = await here.stepwright("export")
      return { ...finished, input: JSON.parse(stdout).input }
    }
    assert.deepStrictEqual((await set(whole)).input, JSON.parse(whole))
    for (const text of ["# Other\r\n", '{ "openapi": "3.1.0" }\n']) {
      // oxlint-disable-next-line no-await-in-loop -- one process at a time
      const { input } = await set(text)
      assert.deepStrictEqual(input.documents, [{ path: "standard input", text: text.replace("\r", "") }])
    }
    // what was meant as an input is none of the documents
    const wrong = await set('{ "documents": [{ "path": 1 }] }')
    assert.strictEqual(wrong.status, 2)
    here.write("api.json", '{ "openapi": "3.1.0" }\n')
    assert.strictEqual((await here.stepwright("set", "input", "api.json", ...workflow)).status, 0)
    const { documents: files } = JSON.parse((await here.stepwright("export")).stdout).input
    assert.deepStrictEqual(files, [{ path: "api.json", text: '{ "openapi": "3.1.0" }\n' }])
  })

  it("is refused with status 2 and what to do, before anything is written", async () => {
    const here = documents()
    here.write("spec.pdf", "%PDF-1.7\n")
    for (const [args, says] of [
      [["spec.pdf", ...workflow], "spec.pdf is a PDF"],
      [["PRD.md", "--sample", "nowhere", ...workflow], "there is no file nowhere"],
      [["PRD.md", "--design", "design.md", "--workflow", "bare.ts"], "the workflow's input has no design"],
      [["PRD.md", "--sample", "data", "--workflow", "bare.ts"], "the workflow's input has no samples"],
      [["--design", "design.md", ...workflow], "there is no document"],
      [["PRD.md", "--input", "{}", ...workflow], "the input is given twice"],
      [["--input", "{}", "--sample", "data", ...workflow], "the input is given twice"],
      [["PRD.md", "design.md", "--workflow", "tool.ts"], "takes one FILE"],
      [["PRD.md", "--design", "design.md", "--workflow", "tool.ts"], "the workflow's input has no design"]
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop -- one process at a time
      const ran = await here.stepwright("run", ...args)
      assert.strictEqual(ran.status, 2, `${args}: ${ran.stderr}`)
      assert.include(ran.stderr, says)
      assert.isFalse(here.exists(".stepwright"))
    }
  })
})
