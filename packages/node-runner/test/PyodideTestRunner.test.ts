import { createServer } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { counts, isGreen, type TestReport, TestRunner } from "@stepwright/core/TestRunner"
import { Duration, Effect, Fiber } from "effect"
import * as PyodideTestRunner from "../src/PyodideTestRunner.ts"

/** A report with its counts, and what there is to say of tests that did not pass. */
const withProblems = (report: TestReport) => ({
  ...report,
  ...counts(report),
  counts: counts(report),
  problems: [
    ...report.tests.flatMap(({ detail = "", outcome, test }) =>
      outcome === "failed" || outcome === "error" || outcome === "unsupported" ? [{ test, kind: outcome, detail }] : []
    ),
    ...report.doubts.map((detail) => ({ test: "", kind: "doubt" as const, detail }))
  ]
})

/** Runs files, by path, in a sandbox of their own. It takes seconds to start: what can go into one goes into one. */
const run = (files: Readonly<Record<string, string>>, options?: PyodideTestRunner.Options) =>
  Effect.flatMap(TestRunner, (runner) =>
    runner.run(Object.entries(files).map(([path, content]) => ({ path, content })))
  ).pipe(
    Effect.map(withProblems),
    Effect.provide(PyodideTestRunner.layer({ timeout: "10 minutes", startTimeout: "10 minutes", ...options }))
  )

/** A module with one class of tests. */
const tests = (body: string, head = "") => `import unittest
${head}
class T(unittest.TestCase):
${body.replaceAll(/^(?=.)/gm, "    ")}
`
const loop = tests("def test_it(self):\n    while True:\n        pass")
const failing = tests("def test_it(self):\n    self.assertEqual(1, 2)")

describe.concurrent("PyodideTestRunner", () => {
  it.live("counts as unittest does, and says what went wrong", () =>
    Effect.gen(function* () {
      const report = yield* run({
        "ledger/__init__.py": "\ufeffdef add(a, b):\n    return a + b\n",
        // in the place of a module of the standard library that only Pyodide has loaded
        "queue.py": "kind = 'own'\n",
        "tests/__init__.py": "",
        "tests/test_ledger.py": tests(
          `def test_ok(self):
    self.assertEqual(add(1, 2), 3)
    self.assertEqual(queue.kind, "own")
def test_wrong(self):
    self.assertEqual(add(1, 2), 4)
def test_parts(self):
    for part in range(4):
        with self.subTest(part=part):
            self.assertTrue(part % 2 == 0)
@unittest.skip("later")
def test_skipped(self): pass
@unittest.expectedFailure
def test_known(self): self.fail()
@unittest.expectedFailure
def test_better(self): pass
def test_exit(self):
    print("on my way out")
    raise SystemExit(0)`,
          "import queue\nfrom ledger import add"
        ),
        "tests/test_set_up.py": tests(`@classmethod
def setUpClass(cls): raise ValueError("no class")
def test_a(self): pass
def test_b(self): pass`),
        "tests/test_import.py": "import nothing_of_the_sort\n",
        "test_async.py": `import asyncio, unittest
class T(unittest.IsolatedAsyncioTestCase):
    async def test_it(self):
        self.assertEqual(await asyncio.gather(asyncio.sleep(0.01, 1), asyncio.sleep(0, 2)), [1, 2])
`,
        "test_root.py": tests("def test_exits(self): pass", "import sys\nif __name__ != '__main__': sys.exit(0)"),
        "notes/test_lost.py": failing
      })
      const { durationMillis, output, problems } = report
      assert.deepStrictEqual(report.counts, {
        run: 12,
        passed: 2,
        failed: 3,
        errors: 4,
        skipped: 1,
        expectedFailures: 1,
        unsupported: 1
      })
      assert.isAbove(durationMillis, 0)
      assert.deepStrictEqual(
        problems.map(({ kind, test }) => `${kind} ${test}`),
        [
          "error test_root",
          "error tests.test_import",
          "failed tests.test_ledger.T.test_better",
          "error tests.test_ledger.T.test_exit",
          "failed tests.test_ledger.T.test_parts",
          "failed tests.test_ledger.T.test_wrong",
          "error setUpClass (tests.test_set_up.T)",
          "unsupported notes/test_lost.py"
        ]
      )
      const detail = (test: string) => problems.find((problem) => problem.test === test)!.detail
      assert.include(detail("tests.test_import"), "No module named 'nothing_of_the_sort'")
      assert.include(detail("tests.test_ledger.T.test_wrong"), 'File "tests/test_ledger.py", line 9, in test_wrong')
      assert.include(detail("tests.test_ledger.T.test_wrong"), "AssertionError: 3 != 4")
      assert.include(output, "on my way out\n")
      assert.include(detail("notes/test_lost.py"), "unittest looks for notes/__init__.py")
      assert.isFalse(isGreen(report))
    })
  )

  it.live("is not green without tests, and cuts off what is printed", () =>
    Effect.gen(function* () {
      const report = yield* run({ "prints.py": "", "test_none.py": "print('é' * 5_000_000)" }, { maxOutput: 1_001 })
      assert.strictEqual(report.run, 0)
      assert.isFalse(isGreen(report))
      assert.isBelow(report.output.length, 600)
      assert.include(report.output, "cut off after 1001 bytes")
    })
  )

  describe("what this sandbox has not", () => {
    /** One test for each, with what its problem has to say. */
    const lacking: Readonly<Record<string, readonly [code: string, says: string]>> = {
      thread: ["import threading; threading.Thread(target=print).start()", "threads"],
      timer: ["import threading; threading.Timer(0.1, print).start()", "threads"],
      pool: ["from concurrent.futures import ThreadPoolExecutor as P; P().submit(print).result()", "threads"],
      to_thread: ["import asyncio; asyncio.run(asyncio.to_thread(print))", "threads"],
      fails_for_it: [
        "import threading\ntry: threading.Thread(target=print).start()\nexcept RuntimeError as e: self.fail(str(e))",
        "threads"
      ],
      wrapped: [
        "import threading\ntry: threading.Thread(target=print).start()\nexcept RuntimeError as e: raise ValueError('x') from e",
        "threads"
      ],
      zone: ["from zoneinfo import ZoneInfo; ZoneInfo('Europe/Berlin')", "time zones"],
      subprocess: ["import subprocess; subprocess.run(['ls'])", "processes"],
      popen: ["import os; os.popen('ls').read()", "processes"],
      async_process: ["import asyncio; asyncio.run(asyncio.create_subprocess_exec('ls'))", "processes"],
      multiprocessing: ["import multiprocessing; multiprocessing.Process(target=print).start()", "processes"],
      queue: ["import multiprocessing; multiprocessing.Queue()", "processes"],
      process_pool: [
        "from concurrent.futures import ProcessPoolExecutor as P; P().submit(print).result()",
        "processes"
      ],
      fork: ["import os; os.fork()", "operating system"],
      server: ["import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen()", "sockets"],
      http_server: ["import http.server as h; h.HTTPServer(('127.0.0.1', 0), h.BaseHTTPRequestHandler)", "sockets"],
      async_server: ["import asyncio; asyncio.run(asyncio.start_server(print, '127.0.0.1', 0))", "sockets"],
      pair: ["import socket; socket.socketpair()", "sockets"],
      unix: ["import socket; socket.socket(socket.AF_UNIX)", "sockets"],
      connection: ["import socket; socket.create_connection(('127.0.0.1', 9), timeout=1)", "network"],
      http: ["import urllib.request; urllib.request.urlopen('http://127.0.0.1:9/')", "network"],
      alarm: ["import signal; signal.alarm(1)", "signals"],
      async_signal: [
        "import asyncio, signal\nasync def f(): asyncio.get_running_loop().add_signal_handler(signal.SIGINT, print)\nasyncio.run(f())",
        "signals"
      ],
      pbkdf2: ["import hashlib; hashlib.pbkdf2_hmac('sha256', b'a', b'b', 1)", "OpenSSL"],
      link: ["import os; os.link('a', 'b')", "operating system"],
      curses: ["import curses", "module"],
      pwd: ["import pwd", "module"],
      pytest: ["import pytest", "pytest"]
    }

    it.live("is an outcome of its own, with what is missing", () =>
      Effect.gen(function* () {
        const body = Object.entries(lacking).map(
          ([name, [code]]) => `def test_${name}(self):\n${code.replaceAll(/^/gm, "    ")}`
        )
        const report = yield* run({
          "test_it.py": tests(`${body.join("\n")}\ndef test_ok(self): pass`),
          "test_set_up.py": tests(
            "@classmethod\ndef setUpClass(cls): threading.Thread(target=print).start()\ndef test_a(self): pass",
            "import threading"
          ),
          "test_module.py": "import pytest\ndef test_a(): pass\n"
        })
        const told = new Map(report.problems.map(({ detail, kind, test }) => [test, `${kind}: ${detail}`]))
        for (const [name, [, says]] of Object.entries(lacking)) {
          const problem = told.get(`test_it.T.test_${name}`) ?? "none"
          assert.match(problem, /^unsupported: /, `${name}: ${problem}`)
          assert.include(problem.split("\n").at(-1), says, name)
        }
        assert.match(told.get("setUpClass (test_set_up.T)") ?? "", /^unsupported: [^]*threads/)
        assert.match(told.get("test_module") ?? "", /^unsupported: [^]*pytest/)
        assert.deepInclude(report, { passed: 1, failed: 0, errors: 0, unsupported: Object.keys(lacking).length + 2 })
        assert.strictEqual(report.run, 1 + Object.keys(lacking).length + 2)
        assert.isFalse(isGreen(report))
      })
    )

    it.live("hides nothing that is wrong with the code, and makes nothing of what a test expects", () =>
      Effect.gen(function* () {
        const report = yield* run({
          "test_it.py": tests(
            `def test_typo(self): os.frok()
def test_module(self): import treading
def test_same_words(self): raise ValueError("RuntimeError: can't start new thread")
def test_compared(self): self.assertEqual("a\\nRuntimeError: can't start new thread", "b")
def test_both(self):
    with self.subTest(1): threading.Thread(target=print).start()
    with self.subTest(2): self.assertEqual(1, 2)
def test_expects(self):
    with self.assertRaises(RuntimeError): threading.Thread(target=print).start()`,
            "import os, threading"
          )
        })
        assert.deepInclude(report, { run: 6, passed: 1, failed: 2, errors: 3, skipped: 0, unsupported: 0 })
      })
    )
  })

  describe("tests as pytest has them", () => {
    it.live("runs functions, and says which it cannot run", () =>
      Effect.gen(function* () {
        const report = yield* run({
          "test_it.py": `import unittest
from unittest import mock
class T(unittest.TestCase):
    def test_a(self): pass
def test_passes(): assert 1 + 1 == 2
def test_fails(): assert 1 + 1 == 3
@mock.patch("os.getcwd", return_value="/x")
def test_patched(getcwd):
    import os
    assert os.getcwd() == "/x"
def test_default(n=1): assert n == 1
def test_fixture(tmp_path): pass
async def test_async(): assert False
class TestGroup:
    def test_in_class(self): pass
class Helper:
    def test_not_one(self): pass
def helper(): raise ValueError
`,
          "tests/__init__.py": "",
          "tests/ledger_test.py": "def test_lost(): assert False\n",
          "elsewhere/test_lost.py": "def test_lost(): assert False\n"
        })
        assert.deepStrictEqual(report.problems.map(({ kind, test }) => `${kind} ${test}`).toSorted(), [
          "failed test_it.test_fails",
          "unsupported elsewhere/test_lost.py",
          "unsupported test_it.TestGroup.test_in_class",
          "unsupported test_it.test_async",
          "unsupported test_it.test_fixture",
          "unsupported tests/ledger_test.py"
        ])
        assert.deepInclude(report, { run: 10, passed: 4, failed: 1, errors: 0, skipped: 0, unsupported: 5 })
        const detail = (test: string) => report.problems.find((problem) => problem.test === test)?.detail
        assert.include(detail("test_it.test_fixture"), "tmp_path")
        assert.include(detail("elsewhere/test_lost.py"), "elsewhere/__init__.py")
        assert.include(detail("tests/ledger_test.py"), "test*.py")
      })
    )

    it.live("is green where all of them pass, and not where one could not be run", () =>
      Effect.gen(function* () {
        const one = "def test_a(): assert True\n"
        assert.isTrue(isGreen(yield* run({ "test_it.py": one })))
        assert.isFalse(isGreen(yield* run({ "test_it.py": `${one}def test_b(tmp_path): pass\n` })))
      })
    )
  })

  it.live("takes no test for passed that asserted nothing in the end", () =>
    Effect.gen(function* () {
      const report = yield* run({
        "test_it.py": tests(
          `def test_generator(self):
    self.assertEqual(1, 2)
    yield
async def test_coroutine(self): self.assertEqual(1, 2)
def test_value(self): return 1 == 2
@unittest.expectedFailure
def test_known(self): self.fail()
@unittest.skip("later")
def test_later(self): pass
def test_bytes(self): sys.stdout.buffer.write(b"\\xff\\xfe"); sys.stdout.flush()
def test_half(self): self.fail("\\ud800")`,
          "import sys"
        )
      })
      assert.deepInclude(report, { run: 7, passed: 1, failed: 1, errors: 3, skipped: 1, expectedFailures: 1 })
      assert.isTrue(report.problems.every(({ detail }) => detail.length > 0))
    })
  )

  it.live("tells a sandbox that did not start from tests that do not end", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(run({ "test_it.py": loop }, { startTimeout: "1 millis" }))
      assert.strictEqual(error.reason, "Unavailable")
      assert.include(error.message, "did not start within 1ms")
      assert.notInclude(error.message, "loop")
    })
  )

  it.live("refuses a text that UTF-8 cannot hold, with its path", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(run({ "pkg/a.py": "x = '\ud800'" }))
      assert.strictEqual(error.reason, "Unavailable")
      assert.include(error.message, "pkg/a.py")
    })
  )

  describe("code that would reach the host", () => {
    const attempts = `
import ctypes, gc, os, socket, subprocess, sys, unittest, urllib.request

def found(name):
    for holder in gc.get_objects():
        if isinstance(holder, dict) and "Js" in type(holder.get(name)).__name__:
            return holder[name]
    raise LookupError(name)

def reimported(name):
    for module in list(sys.modules):
        if module.partition(".")[0] in ("js", "pyodide", "_pyodide", "pyodide_js", "_pyodide_core"):
            del sys.modules[module]
    return __import__(name)

def mounted():
    host = found("pyodide_js")
    os.makedirs("/host", exist_ok=True)
    host.FS.mount(host.FS.filesystems.NODEFS, {"root": "/"}, "/host")
    return os.listdir("/host")

attempts = {
    "import js": lambda: __import__("js"),
    "import js again": lambda: reimported("js"),
    "import pyodide_js": lambda: reimported("pyodide_js"),
    "run_js": lambda: reimported("pyodide").code.run_js("process"),
    "Function": lambda: found("js").Object.constructor("return process")(),
    "Function of a method": lambda: found("pyodide_js").loadPackage.constructor("return fetch")(),
    "a name of Node": lambda: found("js").process,
    "require": lambda: found("pyodide_js")._module.require,
    "node's files": lambda: found("pyodide_js").mountNodeFS("/mnt", "/"),
    "a mount": mounted,
    "files": lambda: open("/etc/passwd").read(),
    "environment": lambda: os.environ["STEPWRIGHT_TEST"],
    "process table": lambda: open("/proc/self/environ").read(),
    "the report's descriptor": lambda: os.write(3, b"{}"),
    "subprocess": lambda: subprocess.run(["ls"]),
    "fork": lambda: os.fork(),
    "socket": lambda: socket.create_connection(("127.0.0.1", PORT), timeout=2).send(b"x"),
    "http": lambda: urllib.request.urlopen("http://127.0.0.1:PORT/").read(),
}

class T(unittest.TestCase):
    def test_nothing_is_reached(self):
        for name, attempt in attempts.items():
            with self.subTest(name):
                with self.assertRaises(Exception):
                    print(name, attempt())
        self.assertTrue(os.system("ls"))
        self.assertEqual(os.listdir("/"), ["tmp", "home", "dev", "proc", "lib", "package", "host"])
`
    it.live("reaches neither files, environment, processes, network nor JavaScript", () =>
      Effect.gen(function* () {
        let connections = 0
        const server = createServer((socket) => {
          connections++
          socket.destroy()
        })
        const port = yield* Effect.callback<number>((resume) => {
          server.listen(0, "127.0.0.1", () => {
            const address = server.address()
            resume(Effect.succeed(typeof address === "object" ? address!.port : 0))
          })
        })
        yield* Effect.addFinalizer(() => Effect.sync(() => server.close()))
        process.env["STEPWRIGHT_TEST"] = "of the host"
        const report = yield* run({ "test_it.py": attempts.replaceAll("PORT", String(port)) })
        assert.deepStrictEqual(report.problems, [])
        assert.strictEqual(report.passed, 1)
        assert.strictEqual(connections, 0)
      })
    )

    it.live("ends at JavaScript from text", () =>
      Effect.gen(function* () {
        const script = "import ctypes; ctypes.CDLL(None).emscripten_run_script(b'process.exit(0)')"
        const error = yield* Effect.flip(run({ "test_it.py": `${script}\n${failing}` }))
        assert.strictEqual(error.reason, "Crashed")
        assert.include(error.message, "Code generation from strings disallowed")
      })
    )
  })

  describe("code that would pass for green", () => {
    for (const [name, files, says] of [
      [
        "by changing what unittest does",
        {
          "code.py": "import unittest\nunittest.TestCase.assertEqual = lambda *parts: None\n",
          "test_it.py": `import code\n${failing}`
        },
        "assertEqual of unittest was replaced"
      ],
      [
        "by writing other tests over these",
        {
          "code.py": `open("test_it.py", "w").write(${JSON.stringify(tests("def test_it(self): pass"))})\n`,
          "test_a.py": "import code\n",
          "test_it.py": failing
        },
        "changed the files that they ran on: test_it.py"
      ],
      [
        "by stopping before the test that fails",
        {
          "test_a.py": tests("def test_a(self):\n    self._outcome.result.stop()"),
          "test_b.py": failing
        },
        "did not run: test_b.T.test_it"
      ],
      [
        "by an interrupt",
        {
          "test_a.py": tests("def test_a(self): pass\ndef test_b(self): raise KeyboardInterrupt"),
          "test_b.py": failing
        },
        "KeyboardInterrupt"
      ],
      [
        "by a print of a report, a conftest.py and an exit",
        {
          "conftest.py": "import os; os._exit(0)\n",
          "test_it.py": `import atexit, json, sys\nprint(json.dumps({"found": [], "alerts": []}))\natexit.register(sys.exit, 0)\n${failing}`
        },
        "AssertionError: 1 != 2"
      ]
    ] as const) {
      it.live(`is not green ${name}`, () =>
        Effect.gen(function* () {
          const report = yield* run(files)
          assert.isFalse(isGreen(report))
          assert.include(report.problems.map(({ detail }) => detail).join("\n"), says)
        })
      )
    }

    it.live("runs for as long as it takes where no limit is set", () =>
      Effect.gen(function* () {
        const files = { "test_it.py": tests("def test_it(self):\n    self.assertEqual(sum(range(1000)), 499500)") }
        const report = yield* run(files, { timeout: Duration.infinity, startTimeout: Duration.infinity })
        assert.strictEqual(report.passed, 1)
      })
    )

    it.live("is no verdict when it ends the process", () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(
          run({ "test_it.py": tests("def test_a(self): pass\ndef test_b(self):\n    __import__('os')._exit(0)") })
        )
        assert.strictEqual(error.reason, "Crashed")
        assert.include(error.message, "test_it.T.test_b ended the process that ran them")
      })
    )
  })

  describe("limits", () => {
    // The clock stands still for the runner, which would kill a sandbox that is slow to start; the sandbox has its own.
    it.effect("ends a loop, and says where it was", () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(run({ "test_it.py": loop }, { timeout: "1 second" }))
        assert.strictEqual(error.reason, "TimedOut")
        assert.include(error.message, "did not end within 1s")
        assert.include(error.message, 'File "test_it.py", line 6, in test_it')
      })
    )

    it.live("kills what prints for ever and takes no interrupt", () =>
      Effect.gen(function* () {
        const stubborn = tests(`def test_it(self):
    while True:
        try:
            while True: print("x" * 10_000)
        except BaseException: pass`)
        const error = yield* Effect.flip(run({ "test_it.py": stubborn }, { timeout: "1 second" }))
        assert.strictEqual(error.reason, "TimedOut")
      })
    )

    it.live("gives no more than its memory", () =>
      Effect.gen(function* () {
        const report = yield* run({
          "test_it.py": tests("def test_it(self):\n    with self.assertRaises(MemoryError): bytearray(2**29)")
        })
        assert.isTrue(isGreen(report), JSON.stringify(report))
        const hoard = tests("def test_it(self):\n    for n in range(10_000): open(f'{n}', 'wb').write(bytes(2**20))")
        const error = yield* Effect.flip(run({ "test_it.py": hoard }))
        assert.strictEqual(error.reason, "OutOfMemory")
        assert.include(error.message, "more memory")
      })
    )
  })

  it.live("takes packages of any size", () =>
    Effect.gen(function* () {
      const rows = `rows = """\n${"a row of some length\n".repeat(300_000)}"""\n`
      const report = yield* run({
        "rows.py": rows,
        "test_it.py": "from rows import rows\ndef test_it(): assert rows.count('row') == 300_000\n"
      })
      assert.isTrue(isGreen(report), JSON.stringify(report))
    })
  )

  it.effect("names the sandbox with its versions", () =>
    Effect.gen(function* () {
      const { identity } = yield* TestRunner
      assert.match(identity, /^pyodide@314\.\d+\.\d+ python@3\.14 unittest$/)
    }).pipe(Effect.provide(PyodideTestRunner.layer()))
  )
})

describe("PyodideTestRunner, interrupted", () => {
  const processes = () => process.getActiveResourcesInfo().filter((name) => name === "ProcessWrap").length

  it.live("leaves no process behind", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(run({ "test_it.py": loop }))
      while (processes() === 0) yield* Effect.sleep("10 millis")
      assert.strictEqual(processes(), 1)
      yield* Fiber.interrupt(fiber)
      assert.strictEqual(processes(), 0)
    })
  )
})
