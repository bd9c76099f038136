import { assert, describe, it } from "@effect/vitest"
import { codePathProblem, pathProblem } from "../../src/internal/relativePath.ts"

describe("pathProblem", () => {
  it.each([
    ["docs/été.md"],
    ["docs/e\u0301te\u0301.md"],
    ["документы/план.md"],
    ["設計/要件（案）.md"],
    ["templates/{{name}}.html"],
    ["app/[id]/page.tsx"],
    ["data/a (copy), old & new.csv"],
    ["what's new.md"],
    ["\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645.md"],
    [".gitignore"],
    ["demo.sh"]
  ])("takes %j", (path) => {
    assert.isUndefined(pathProblem(path))
  })

  it.each([
    ["/a.py", "relative"],
    ["a\\b.py", "joined by /"],
    ["a/../b.py", '".."'],
    ["src/sitecustomize.py", "acts on its own"],
    [".vscode/tasks.json", "acts on its own"],
    ["été\u202e.md", "nobody sees"],
    ["`a`.py", "backtick"]
  ])("refuses %j", (path, says) => {
    assert.include(pathProblem(path) ?? "nothing", says)
  })
})

describe("codePathProblem", () => {
  it.each([
    "tests/test_a.py",
    "Tests/__init__.py",
    "tests",
    "conftest.py",
    "pk/Conftest.py",
    "pytest.ini",
    "tox.ini",
    "unittest.py",
    "unittest/case.py",
    "test_a.py",
    "pk/test_data.py",
    "pk/a_test.py",
    "report.md",
    "Report.json"
  ])("refuses %s", (path) => {
    assert.include(codePathProblem(path), path)
  })

  it.each([
    "a.py",
    "pk/tests_of.py",
    "pk/testing.py",
    "pyproject.toml",
    "setup.cfg",
    "docs/report.md.txt",
    "README.md"
  ])("takes %s", (path) => {
    assert.isUndefined(codePathProblem(path))
  })
})
