/** Tests that a report takes for red, with a part of what it says, or for no verdict. */
export interface Lie {
  readonly files: Readonly<Record<string, string>>
  /** What the report says against it, one of several things, or else the reason why there is none. */
  readonly says: string | ReadonlyArray<string> | { readonly reason: string; readonly says?: string }
}

/** A module with one class of tests. */
export const tests = (body: string, head = ""): string => `import unittest
${head}
class T(unittest.TestCase):
${body.replaceAll(/^(?=.)/gm, "    ")}
`

const wrong = "def test_wrong(self): self.assertEqual(1, 2)"
const it = (body: string, head = "") => ({ "test_it.py": tests(body, head) })

/** A test that fails, with what `setUp` does and `tearDown` puts back. */
const restored = (patched: string, to: string) =>
  it(
    `def setUp(self):
    self.was = ${patched}
    ${patched} = ${to}
def tearDown(self): ${patched} = self.was
def test_first(self): self.assertEqual(1, 1)
${wrong}`,
    "import unittest.case"
  )

const ended = { reason: "Crashed" }

/** Programs that would be green for nothing, each by one way. */
export const lies: Readonly<Record<string, Lie>> = {
  "sys.exit(0) at import": { files: { "test_it.py": "import sys\nsys.exit(0)\n" }, says: "SystemExit" },
  "sys.exit(0) in a test": { files: it("def test_it(self):\n    import sys; sys.exit(0)"), says: "SystemExit" },
  "sys.exit(0) in the code": {
    files: { "code.py": "raise SystemExit(0)\n", "test_it.py": "import code\n" },
    says: "SystemExit"
  },
  "os._exit(0) at import": { files: { "test_it.py": "import os\nos._exit(0)\n" }, says: ended },
  "os._exit(0) in a test": {
    files: it(`def test_a(self): pass\ndef test_end(self):\n    import os; os._exit(0)`),
    says: { reason: "Crashed", says: "test_it.T.test_end" }
  },
  "os._exit(0) at the end": {
    files: it(`@classmethod\ndef tearDownClass(cls):\n    import os; os._exit(0)\ndef test_a(self): pass`),
    says: ended
  },
  "an exit in a handler of exits": {
    files: { "test_it.py": tests(wrong, "import atexit, os\natexit.register(os._exit, 0)") },
    says: "1 != 2"
  },
  "a conftest.py that ends": {
    files: { "conftest.py": "import os; os._exit(0)\n", "test_it.py": `import conftest\n${tests(wrong)}` },
    says: ended
  },
  "all skipped": {
    files: it("@unittest.skip('x')\ndef test_a(self): pass\ndef test_b(self): self.skipTest('y')"),
    says: ""
  },
  "a class skipped": {
    files: {
      "test_it.py": "import unittest\n@unittest.skip('x')\nclass T(unittest.TestCase):\n    def test_a(self): pass\n"
    },
    says: ""
  },
  "a module skipped": { files: { "test_it.py": "import unittest\nraise unittest.SkipTest('x')\n" }, says: "" },
  "all expected to fail": {
    files: it("@unittest.expectedFailure\ndef test_a(self): self.fail()"),
    says: ""
  },
  "a class expected to fail": {
    files: {
      "test_it.py":
        "import unittest\n@unittest.expectedFailure\nclass T(unittest.TestCase):\n    def test_a(self): self.assertEqual(1, 2)\n"
    },
    says: ""
  },
  "no tests": { files: { "code.py": "x = 1\n" }, says: "" },
  "no tests in a class": { files: it("def check(self): pass"), says: "" },
  "load_tests that gives none": {
    files: { "test_it.py": `${tests(wrong)}\ndef load_tests(*parts): return unittest.TestSuite()\n` },
    says: ""
  },
  "a generator": { files: it("def test_it(self):\n    self.assertEqual(1, 2)\n    yield"), says: "generator" },
  "a generator by a decorator": {
    files: it(
      "@twice\ndef test_it(self):\n    yield self.assertEqual(1, 2)",
      "def twice(f): return lambda *parts: f(*parts)"
    ),
    says: "generator"
  },
  "a coroutine": { files: it("async def test_it(self): self.assertEqual(1, 2)"), says: "coroutine" },
  "an asynchronous generator": {
    files: it("async def test_it(self):\n    self.assertEqual(1, 2)\n    yield"),
    says: "async_generator"
  },
  "a value": { files: it("def test_it(self): return 1 == 2"), says: "bool" },
  "a value of a function": { files: { "test_it.py": "def test_it(): return 1 == 2\n" }, says: "bool" },
  "a value of a coroutine": {
    files: {
      "test_it.py":
        "import unittest\nclass T(unittest.IsolatedAsyncioTestCase):\n    async def test_it(self): return 1 == 2\n"
    },
    says: "bool"
  },
  "assertEqual replaced in the code": {
    files: {
      "code.py": "import unittest\nunittest.TestCase.assertEqual = lambda *parts: None\n",
      "test_it.py": tests(wrong, "import code")
    },
    says: "assertEqual of unittest was replaced"
  },
  "assertEqual replaced and put back": {
    files: restored("unittest.TestCase.assertEqual", "lambda *parts: None"),
    says: "assertEqual of unittest was replaced"
  },
  "assertEqual replaced within the test": {
    files: it(
      "def test_it(self):\n    with mock.patch.object(unittest.TestCase, 'assertEqual'): self.assertEqual(1, 2)",
      "from unittest import mock"
    ),
    says: "1 != 2"
  },
  "fail replaced and put back": { files: restored("unittest.TestCase.fail", "lambda *parts: None"), says: "replaced" },
  "code of assertEqual replaced and put back": {
    files: restored("unittest.TestCase.assertEqual.__code__", "(lambda self, first, second, msg=None: None).__code__"),
    says: "replaced"
  },
  "the test's own assertEqual": {
    files: it(`def setUp(self): self.assertEqual = lambda *parts: None\n${wrong}`),
    says: "replaced its own assertions"
  },
  "failureException replaced and put back": {
    files: restored("unittest.TestCase.failureException", "unittest.SkipTest"),
    says: "failureException of unittest was replaced"
  },
  "_Outcome replaced": {
    files: it(
      wrong,
      `import contextlib, unittest.case
class Outcome(unittest.case._Outcome):
    @contextlib.contextmanager
    def testPartExecutor(self, test_case, subTest=False):
        try: yield
        except Exception: pass
unittest.case._Outcome = Outcome`
    ),
    says: "_Outcome of unittest was replaced"
  },
  "_Outcome replaced and put back": {
    files: it(
      `@classmethod
def setUpClass(cls): unittest.case._Outcome = Outcome
@classmethod
def tearDownClass(cls): unittest.case._Outcome = was
${wrong}`,
      `import contextlib, unittest.case
was = unittest.case._Outcome
class Outcome(was):
    @contextlib.contextmanager
    def testPartExecutor(self, test_case, subTest=False):
        try: yield
        except Exception: pass`
    ),
    says: "replaced"
  },
  "a part of _Outcome replaced and put back": {
    files: it(
      `def setUp(self): unittest.case._Outcome.testPartExecutor = swallow
def tearDown(self): unittest.case._Outcome.testPartExecutor = was
def test_parts(self):
    with self.subTest(): self.assertEqual(1, 2)`,
      `import contextlib, unittest.case
was = unittest.case._Outcome.testPartExecutor
@contextlib.contextmanager
def swallow(self, test_case, subTest=False):
    try: yield
    except Exception: pass`
    ),
    says: "replaced"
  },
  "the result's addFailure": {
    files: it(`def setUp(self): self._outcome.result.addFailure = lambda *parts: None\n${wrong}`),
    says: ["AttributeError", "what it raised was lost"]
  },
  "the result's addFailure in its class": {
    files: it(`def setUp(self): type(self._outcome.result).addFailure = lambda *parts: None\n${wrong}`),
    says: ["replaced", "what it raised was lost"]
  },
  "another result": {
    files: it(`def setUp(self): self._outcome.result = unittest.TestResult()\n${wrong}`),
    says: ["replaced what unittest notes its outcome with", "what it raised was lost"]
  },
  "another result for a part": {
    files: it(
      `def test_it(self):
    was, self._outcome.result = self._outcome.result, unittest.TestResult()
    with self.subTest(): self.assertEqual(1, 2)
    self._outcome.result = was
def test_ok(self): self.assertEqual(1, 1)`
    ),
    says: ""
  },
  "TestCase.run replaced": {
    files: it(wrong, "unittest.TestCase.run = lambda self, result=None: result.addSuccess(self)"),
    says: "replaced"
  },
  "a test's own run": {
    files: it(
      `def run(self, result=None):\n    result.startTest(self); result.addSuccess(self); result.stopTest(self)\n${wrong}`
    ),
    says: "never ran"
  },
  "a test's own way to call itself": {
    files: it(`def _callTestMethod(self, method): pass\n${wrong}`),
    says: "never ran"
  },
  "a test's own lookup": {
    files: it(
      `def __getattribute__(self, name):
    return (lambda: None) if name == "test_wrong" else super().__getattribute__(name)
${wrong}`
    ),
    says: "never ran"
  },
  "TestSuite.run replaced": {
    files: it(wrong, "unittest.TestSuite.run = lambda self, result, debug=False: result"),
    says: "replaced"
  },
  "TestCase replaced": {
    files: it(
      wrong,
      `class Quiet(unittest.TestCase):
    def assertEqual(self, *parts): pass
unittest.TestCase = Quiet`
    ),
    says: "TestCase of unittest was replaced"
  },
  "a lookup added to TestCase": {
    files: it(wrong, "unittest.TestCase.__getattribute__ = lambda self, name: object.__getattribute__(self, name)"),
    says: "was added to unittest"
  },
  "stopping before what fails": {
    files: { "test_a.py": tests("def test_a(self): self._outcome.result.stop()"), "test_b.py": tests(wrong) },
    says: ["did not run: test_b.T.test_wrong", "1 != 2"]
  },
  "an interrupt before what fails": {
    files: {
      "test_a.py": tests("def test_a(self): pass\ndef test_b(self): raise KeyboardInterrupt"),
      "test_b.py": tests(wrong)
    },
    says: "KeyboardInterrupt"
  },
  "tests taken out": {
    files: {
      "test_a.py": tests(
        `def test_a(self):
    for suite in gc.get_objects():
        if isinstance(suite, unittest.TestSuite):
            suite._tests[:] = [t for t in suite._tests if t is None or "test_b" not in str(t)]`,
        "import gc"
      ),
      "test_b.py": tests(wrong)
    },
    says: ["did not run", "1 != 2"]
  },
  "a report that is printed": {
    files: {
      "test_it.py": tests(
        wrong,
        `import json
for line in ({"started": True}, {"found": [], "notRun": []}, {"tests": [{"test": "t", "outcome": "passed", "asserts": True}], "doubts": [], "limits": []}, {"interrupted": False, "changed": []}):
    print(json.dumps(line))`
      )
    },
    says: "1 != 2"
  },
  "a report that is written to whatever is open, and an exit": {
    files: {
      "test_it.py": `import json, os
lines = [{"started": True}, {"found": ["t"], "notRun": []}, {"tests": [{"test": "t", "outcome": "passed", "asserts": True}], "doubts": [], "limits": []}, {"interrupted": False, "changed": []}]
for fd in range(3, 64):
    try: os.write(fd, "".join(json.dumps(line) + "\\n" for line in lines).encode())
    except OSError: pass
os._exit(0)
`
    },
    says: ended
  },
  "another test written over one": {
    files: {
      "code.py": `open("test_it.py", "w").write(${JSON.stringify(tests("def test_it(self): pass"))})\n`,
      "test_a.py": "try: import code\nexcept OSError: pass\n",
      "test_it.py": tests(wrong)
    },
    says: ""
  },
  "a unittest.py": {
    files: { "unittest.py": "class TestCase: pass\n", ...it("def test_ok(self): self.assertEqual(1, 1)") },
    says: "unittest.py takes the place"
  },
  "a unittest folder": {
    files: { "unittest/__init__.py": "", ...it("def test_ok(self): self.assertEqual(1, 1)") },
    says: "unittest.py takes the place"
  },
  "a difflib.py": {
    files: { "difflib.py": "raise ImportError('mine')\n", ...it("def test_ok(self): self.assertEqual(1, 1)") },
    says: "difflib.py takes the place"
  }
}

const conftest = (hooks: string): Lie["files"] => ({
  "conftest.py": `import pytest\n${hooks}\n`,
  "test_it.py": "import pytest\ndef test_wrong(): assert 1 == 2\ndef test_ok(): assert 1 == 1\n"
})

/** The same where pytest runs the tests. */
export const liesToPytest: Readonly<Record<string, Lie>> = {
  "an outcome that a conftest.py changes": {
    files: conftest(`@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_makereport(item, call):
    made = yield
    made.get_result().outcome = "passed"`),
    says: "assert 1 == 2"
  },
  "an outcome that a conftest.py makes": {
    files: conftest(`@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport(item, call):
    return pytest.TestReport(item.nodeid, item.location, {}, "passed", None, call.when)`),
    says: "assert 1 == 2"
  },
  "a call that a conftest.py makes in its place": {
    files: conftest("@pytest.hookimpl(tryfirst=True)\ndef pytest_pyfunc_call(pyfuncitem): return True"),
    says: "never ran"
  },
  "a protocol of a conftest.py": {
    files: conftest("@pytest.hookimpl(tryfirst=True)\ndef pytest_runtest_protocol(item, nextitem): return True"),
    says: "did not run"
  },
  "a loop of a conftest.py": {
    files: conftest("@pytest.hookimpl(tryfirst=True)\ndef pytest_runtestloop(session): return True"),
    says: "did not run"
  },
  "tests that a conftest.py takes away": {
    files: conftest('def pytest_collection_modifyitems(items): items[:] = [i for i in items if "wrong" not in i.name]'),
    says: "did not run: test_it.test_wrong"
  },
  "a conftest.py that marks all": {
    files: conftest(
      "def pytest_collection_modifyitems(items):\n    for item in items: item.add_marker(pytest.mark.xfail)"
    ),
    says: ""
  },
  "another function in the place of a test": {
    files: conftest("@pytest.hookimpl(trylast=True)\ndef pytest_runtest_call(item): item.obj = lambda: None"),
    says: "assert 1 == 2"
  },
  "an item of a conftest.py": {
    files: {
      "conftest.py": `import pytest
class Item(pytest.Item):
    def runtest(self): pass
class File(pytest.File):
    def collect(self): return [Item.from_parent(self, name="x")]
def pytest_collect_file(file_path, parent):
    if file_path.suffix == ".txt": return File.from_parent(parent, path=file_path)
`,
      "a.txt": "x"
    },
    says: "never ran"
  },
  "a pytest.raises that takes all": {
    files: conftest("import contextlib\npytest.raises = lambda *parts: contextlib.suppress(BaseException)"),
    says: "raises of pytest was replaced"
  },
  "a fixture that ends": {
    files: {
      "test_it.py":
        "import os, pytest\n@pytest.fixture(autouse=True)\ndef end():\n    yield\n    os._exit(0)\ndef test_ok(): assert 1\n"
    },
    says: ended
  },
  "a pytest.exit": { files: { "test_it.py": "import pytest\ndef test_ok(): pytest.exit('x', 0)\n" }, says: "x" },
  "settings that select": {
    files: { ...conftest(""), "pytest.ini": "[pytest]\naddopts = -k ok\n" },
    says: "did not run: test_it.test_wrong"
  },
  "settings that only collect": {
    files: { ...conftest(""), "pytest.ini": "[pytest]\naddopts = --collect-only\n" },
    says: "did not run"
  },
  "a pytest.py": { files: { ...conftest(""), "pytest.py": "def fixture(f): return f\n" }, says: "assert 1 == 2" }
}
