import type { EvidenceStep, JudgementStep } from "@stepwright/steps"

/** A project with two tests that failed, one of which is wrong, and one that passed. */
export const code = { "playlist/songs.py": "x = 1\ny = 2\n", "playlist/other.py": "z = 3\n" }

const method = (name: string, ...lines: ReadonlyArray<string>) =>
  [`    def ${name}(self):`, ...lines.map((line) => `        ${line}`), ""].join("\n")

export const tests = [
  {
    path: "tests/test_songs.py",
    content: [
      "import unittest",
      "class ATest(unittest.TestCase):",
      method("test_r1_1_wrong", "x = 2", "self.assertEqual(x, 3)", "self.assertTrue(x)"),
      method("test_r1_2_right", "self.assertEqual(1, 2)"),
      method("test_r2_1_passes", "self.assertEqual(abs(1), 1)")
    ].join("\n")
  }
]
export const acceptance = [{ path: "tests/test_acceptance.py", content: "def test_it(): assert True\n" }]

const failure = (name: string): EvidenceStep.Failure => ({
  test: `tests.test_songs.ATest.${name}`,
  file: "tests/test_songs.py",
  detail: `AssertionError of ${name}`
})

export const [wrong, right] = [failure("test_r1_1_wrong"), failure("test_r1_2_right")]

export const evidence: EvidenceStep.Evidence = {
  failures: [wrong, right],
  tests: { "tests/test_songs.py": tests[0]!.content },
  code: { "playlist/songs.py": code["playlist/songs.py"] }
}

export const quote = "a title that is there already is an error, and changes nothing."

export const judgements: JudgementStep.Judgements = [
  { test: wrong.test, fault: "test", quote, reason: "x is 2" },
  { test: right.test, fault: "code", quote: "", reason: "y is to be 1" }
]
