import { assert, describe, it } from "@effect/vitest"
import { codePathProblem } from "../../src/internal/codePath.ts"

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
