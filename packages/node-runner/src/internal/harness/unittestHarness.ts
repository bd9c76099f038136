import { assertions } from "./assertions.ts"
import { coverage } from "./coverage.ts"
import { noting } from "./noting.ts"
import { watching } from "./watching.ts"

/**
 * Runs `unittest` in a sandbox as `python3 -m unittest` does in a folder: the same discovery, the same order. What it
 * finds and what comes of it are the return values, in JSON, of `discover` and `run`, which the sandbox's process calls.
 * It is run with a namespace of its own and told of by no module. Functions `test…` without parameters are run too;
 * what pytest alone could run is told.
 */
export const unittestHarness = `
import functools, inspect, json, os, re, sys, threading, time, traceback, types, unittest
from unittest import case, loader, result, suite
${assertions}

WORST_FIRST = ("error", "failed", "unsupported", "skipped", "expected-failure", "passed")
DETAIL = 60000
# What differs is told whole, as far as a detail goes.
case.TestCase.maxDiff = None
OWNER = None
dumps, getpid, leave = json.dumps, os.getpid, os._exit
tests = suite.TestSuite()
not_run, limits, doubts, asserting = [], [], [], set()
LIMITS = [
    ("OutOfMemory", re.compile(r"^MemoryError\\b", re.M)),
    ("OutOfProcesses", re.compile(r"^BlockingIOError: \\[Errno 11\\] Resource temporarily unavailable$", re.M)),
    ("OutOfProcesses", re.compile(r"^RuntimeError: can't start new (?:thread|process)", re.M)),
    ("FileTooLarge", re.compile(r"^OSError: \\[Errno (?:27|28)\\] ", re.M)),
]


def lacking(text):
    return next((lacks for lacks, says in UNSUPPORTED if says.search(text)), None)


# What a sandbox does before the tests are looked for, and when one begins.
def prepare():
    pass


def announce(name):
    pass
${watching}
${coverage}
${noting}


class Function(unittest.FunctionTestCase):
    def id(self):
        return f"{self._testFunc.__module__}.{self._testFunc.__name__}"

    def runTest(self):
        return self._testFunc()


def why_not_run(function):
    parameters = inspect.signature(function, follow_wrapped=False).parameters.values()
    needs = [p.name for p in parameters if p.default is p.empty and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    if needs:
        return f"it takes {', '.join(needs)}, which pytest would give it"
    return "only a plugin of pytest runs it" if inspect.iscoroutinefunction(function) else None


def functions_in(module):
    for name, value in list(vars(module).items()):
        if getattr(value, "__module__", None) != module.__name__ or not getattr(value, "__test__", True):
            continue
        if name.startswith("test") and inspect.isfunction(value):
            why = why_not_run(value)
            if why is None:
                yield Function(value)
            else:
                not_run.append([f"{module.__name__}.{name}", why])
        elif name.startswith("Test") and isinstance(value, type) and not issubclass(value, unittest.TestCase):
            for method in dir(value):
                if method.startswith("test") and callable(getattr(value, method)):
                    not_run.append([f"{module.__name__}.{name}.{method}", "its class is no unittest.TestCase"])


class Loader(unittest.TestLoader):
    def loadTestsFromModule(self, module, *, pattern=None):
        return suite.TestSuite([super().loadTestsFromModule(module, pattern=pattern), *functions_in(module)])


watch(Loader, Function)
NEEDED = {"unittest"} | {
    value.__name__.partition(".")[0]
    for module in (case, loader, result, suite) for value in vars(module).values() if isinstance(value, types.ModuleType)
}


def own_modules():
    return {
        name.removesuffix(".py") for name in os.listdir(ROOT) if name.endswith(".py") or os.path.isdir(f"{ROOT}/{name}")
    }


# A module of the tests' own wins over one of the standard library that the sandbox alone has loaded already.
def forget_shadowed():
    own = own_modules()
    for name, module in list(sys.modules.items()):
        origin = getattr(getattr(module, "__spec__", None), "origin", None)
        if name.partition(".")[0] in own - NEEDED and origin not in (None, "built-in", "frozen"):
            del sys.modules[name]


# What is to be done before the first module of the tests is loaded.
def begin(root, covers):
    global ROOT, OWNER
    ROOT, OWNER = root, getpid()
    paths = [os.path.relpath(os.path.join(at, name), root) for at, _, names in os.walk(root) for name in names]
    asserting.update(asserting_in(root, paths))
    for name in sorted(own_modules() & NEEDED):
        doubts.append(f"{name}.py takes the place of a module of Python's own, without which unittest does not run")
    prepare()
    os.chdir(root)
    forget_shadowed()
    if covers:
        start_coverage(root, sorted(paths))


def discover(root, covers=False):
    global tests
    found = []
    begin(root, covers)
    try:
        tests = Loader().discover(".")
        found = cases_in(tests)
    except BaseException as error:
        doubts.append(describe(type(error), error, error.__traceback__))
    look()
    for test in found:
        accompany(test)
    return dumps({"found": [name_of(test) for test in found], "notRun": not_run})


def run():
    try:
        tests.run(noting)
    except BaseException as error:
        doubts.append(describe(type(error), error, error.__traceback__))
    return end()


def end():
    only_here()
    look()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BaseException:
            pass
    return dumps({"tests": outcomes, "doubts": doubts, "limits": limits, **coverage_so_far()})


def evaluate(program, given):
    prepare()
    names = {"__name__": "__program__"}
    exec(compile(program, "<program>", "exec"), names)
    return dumps({"output": names["main"](json.loads(given))})
`
