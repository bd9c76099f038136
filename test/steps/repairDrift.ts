import { cases } from "./cases.ts"
import type { Drift } from "./drift.ts"
import * as pantry from "./pantry.ts"

type Of = Omit<Drift, "step">

const crlf = (text: string) => text.replaceAll("\n", "\r\n")
const fence = "```"
const { meal } = pantry.paths
const [{ path }] = pantry.tests

const judged = cases.judgement.reply
const [wrongTest, wrongCode] = pantry.judgements
export const judgements: ReadonlyArray<Of> = [
  { drift: "a fence without language", reply: `${fence}\n${judged}\n${fence}` },
  { drift: "one line", reply: JSON.stringify(pantry.judgements) },
  { drift: "single quotes", reply: judged.replaceAll('"', "'") },
  { drift: "CRLF", reply: crlf(judged) },
  { drift: "trailing commas", reply: judged.replaceAll(/\n(\s*[\]}])/g, ",\n$1") },
  {
    drift: "the sentence in quotation marks",
    reply: judged.replace("An empty shelf has the weight 0.", "“An empty shelf has the weight 0.”"),
    refused: "no document says"
  },
  { drift: "an object around it", reply: `{"judgements": ${judged}}`, refused: "array" },
  { drift: "a fault of its own", reply: judged.replace('"test",', '"tests",'), refused: '[0]["fault"]' },
  { drift: "a judgement without a reason", reply: judged.replace(/,\s*"reason": "[^"]*"/, ""), refused: '["reason"]' },
  {
    drift: "a test by its own name only",
    reply: judged.replace("tests.test_pantry.", ""),
    refused: "there is no judgement of tests.test_pantry.test_r1_1_empty"
  },
  {
    drift: "one judgement of all",
    reply: JSON.stringify([wrongTest]),
    refused: "there is no judgement of tests.test_acceptance_pantry.test_it"
  },
  {
    drift: "a test that passed",
    reply: JSON.stringify([...pantry.judgements, { ...wrongCode, test: "tests.test_pantry.test_r2_1" }]),
    refused: "no test that failed is called tests.test_pantry.test_r2_1"
  },
  {
    drift: "a number for the sentence",
    reply: judged.replace("An empty shelf has the weight 0.", "R1.1"),
    refused: "R1.1"
  },
  { drift: "words", reply: "Both tests are wrong.", refused: "there is no JSON in the reply" }
]

const mended = cases["code-repair"].reply
const [{ replace, search }] = pantry.codeRepair
export const codeRepairs: ReadonlyArray<Of> = [
  { drift: "the path in bold", reply: mended.replace(/### File: `(.*)`/, "**$1**\n") },
  { drift: "a language in full", reply: mended.replace(`${fence}py\n`, `${fence}python\n`) },
  { drift: "CRLF", reply: crlf(mended) },
  { drift: "the path in the fence", reply: mended.replace(/### File: `(.*)`\n```py/, "```python $1") },
  {
    drift: "the whole file",
    reply: `### File: \`${meal}\`\n${fence}python\n${replace}${fence}`,
    output: [{ path: meal, content: replace }]
  },
  {
    drift: "a diff",
    reply: `${fence}diff\n--- a/${meal}\n+++ b/${meal}\n@@ -1 +1,2 @@\n ${search}+x = 1\n${fence}`,
    refused: "path"
  },
  {
    drift: "a block that is not closed",
    reply: mended.slice(0, mended.indexOf(">>>>>>>")),
    refused: "ended too early"
  },
  {
    drift: "the file as it is",
    reply: `### File: \`${meal}\`\n${fence}python\n${search}${fence}`,
    refused: "the edits change nothing"
  },
  {
    drift: "a test besides",
    reply: `${mended}\n\n${cases["test-repair"].reply}`,
    refused: '"tests/test_pantry.py" is a test: only code is mended'
  },
  { drift: "a file that leads out", reply: mended.replace(meal, "../meal.py"), refused: "../meal.py" },
  { drift: "words", reply: "The code is right.", refused: "no" },
  { drift: "JSON instead", reply: JSON.stringify(pantry.codeRepair), refused: "no" }
]

const mendedTest = cases["test-repair"].reply
export const testRepairs: ReadonlyArray<Of> = [
  { drift: "the path in bold", reply: mendedTest.replace(/### File: `(.*)`/, "**$1**\n") },
  { drift: "CRLF", reply: crlf(mendedTest) },
  {
    drift: "the whole file",
    reply: `### File: \`${path}\`\n${fence}python\ndef test_r1_1_empty():\n    assert of_1() == 0\n${fence}`,
    output: [{ path, content: "def test_r1_1_empty():\n    assert of_1() == 0\n" }]
  },
  {
    drift: "another test in its place",
    reply: `### File: \`${path}\`\n${fence}python\ndef test_r2_1_meal():\n    assert of_1() == 0\n${fence}`,
    refused: "the test test_r1_1_empty is gone"
  },
  {
    drift: "a test that is skipped",
    reply: mendedTest.replace(/(=======\n)/, "$1@unittest.skip('later')\n"),
    refused: "is changed outside of its wrong tests"
  },
  {
    drift: "code besides",
    reply: `${mendedTest}\n\n${mended}`,
    refused: '"pantry/meal.py" is none of the files with wrong tests'
  },
  {
    drift: "a test that is not wrong besides",
    reply: `${mendedTest}\n\n### File: \`tests/test_acceptance_pantry.py\`\n${fence}python\ndef test_it(): pass\n${fence}`,
    refused: '"tests/test_acceptance_pantry.py" is none of the files with wrong tests'
  },
  {
    drift: "a block that is not closed",
    reply: mendedTest.slice(0, mendedTest.indexOf(">>>>>>>")),
    refused: "ended too early"
  }
]
