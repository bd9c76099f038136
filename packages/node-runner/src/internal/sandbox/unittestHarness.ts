import { unsupported } from "./unsupported.ts"

/**
 * Runs `unittest` in the sandbox as `python3 -m unittest` does in a folder: the same discovery, the same order. What
 * it finds and what comes of it are the return values, in JSON, of two functions that the sandbox's process calls, so
 * that tests have no channel to report by. An outcome once noted stays, and the worst one of a test counts. Functions
 * `test…` without parameters are run too; what pytest alone could run is told.
 */
export const unittestHarness = `
import asyncio, inspect, json, os, re, selectors, sys, time, traceback, unittest, warnings
from unittest import async_case, case, loader, result, suite

MODULES = (case, loader, result, suite, async_case)
WORST_FIRST = ("error", "failure", "unsupported", "skipped", "passed")
DETAIL = 4000
dumps = json.dumps
tests = suite.TestSuite()
not_run = []
UNSUPPORTED = [(lacks, re.compile("^(?:" + "|".join(says) + ")", re.M)) for lacks, says in ${JSON.stringify(unsupported)}]


def lacking(text):
    return next((lacks for lacks, says in UNSUPPORTED if says.search(text)), None)


def functions_of(owner):
    for name, value in list(vars(owner).items()):
        plain = getattr(value, "__func__", getattr(value, "fget", value))
        if hasattr(plain, "__code__"):
            yield owner, name, value, plain, plain.__code__


def classes_of(module):
    return [c for c in vars(module).values() if isinstance(c, type) and c.__module__ == module.__name__]


FUNCTIONS = [f for m in MODULES for owner in (m, *classes_of(m)) for f in functions_of(owner)]


def alerts_of_unittest():
    for owner, name, value, plain, code in FUNCTIONS:
        if vars(owner).get(name) is not value or plain.__code__ is not code:
            return [f"{owner.__name__}.{name} of unittest was replaced"]
    return ["TestCase.__getattribute__ was added to unittest"] if "__getattribute__" in vars(case.TestCase) else []


def name_of(test):
    try:
        return str(test.id()).removeprefix("unittest.loader._FailedTest.")
    except BaseException:
        return str(type(test))


def names_in(found):
    try:
        parts = iter(found)
    except TypeError:
        return [name_of(found)]
    return [name for part in parts for name in names_in(part)]


def shorten(text):
    text = text.strip().replace(f'File "{ROOT}/', 'File "')
    return text if len(text) <= DETAIL else "...\\n" + text[-DETAIL:].partition("\\n")[2]


def describe(error):
    frames = error.__traceback__
    while frames and not frames.tb_frame.f_code.co_filename.startswith(ROOT):
        frames = frames.tb_next
    return shorten("".join(traceback.format_exception(type(error), error, frames)))


class Result(unittest.TestResult):
    def __init__(self):
        super().__init__()
        self.noted = {}
        self.outcomes = []
        self.problems = []
        self.alerts = []

    def startTest(self, test):
        super().startTest(test)
        self.noted[id(test)] = []

    def stopTest(self, test):
        super().stopTest(test)
        noted = self.noted.pop(id(test), None) or [self.problem(test, "error", "it ended without an outcome")]
        self.outcomes.append([name_of(test), min(noted, key=WORST_FIRST.index)])
        self.alerts = self.alerts or alerts_of_unittest()

    def problem(self, test, kind, detail):
        self.problems.append({"test": name_of(test), "kind": kind, "detail": detail})
        return kind

    def note(self, test, outcome):
        owner = test.test_case if isinstance(test, case._SubTest) else test
        if id(owner) in self.noted:
            self.noted[id(owner)].append(outcome)
        else:
            self.outcomes.append([name_of(test), outcome])

    def raised(self, test, kind, error):
        text = self._exc_info_to_string(error, test)
        lacks = lacking(text)
        if lacks:
            kind, text = "unsupported", f"{text.rstrip()}\\nThis sandbox has no {lacks}."
        self.note(test, self.problem(test, kind, shorten(text)))

    def addSuccess(self, test):
        self.note(test, "passed")

    def addError(self, test, err):
        self.raised(test, "error", err)

    def addFailure(self, test, err):
        self.raised(test, "failure", err)

    def addSubTest(self, test, subtest, err):
        if err is not None:
            self.raised(subtest, "failure" if issubclass(err[0], test.failureException) else "error", err)

    def addSkip(self, test, reason):
        self.note(test, "skipped")

    def addExpectedFailure(self, test, err):
        self.note(test, "skipped")

    def addUnexpectedSuccess(self, test):
        self.note(test, self.problem(test, "failure", "it was expected to fail, and passed"))


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


def no_signals(*parts):
    raise NotImplementedError("no signals")


class Waiting(selectors.SelectSelector):
    def select(self, timeout=None):
        time.sleep(3600 if timeout is None else max(timeout, 0))
        return []


def use_plain_asyncio():
    asyncio.run, time.sleep = asyncio.run.__wrapped__, time.sleep.__wrapped__
    asyncio.events._set_event_loop_policy(None)
    asyncio.events._set_running_loop(None)
    selectors.DefaultSelector = Waiting
    loop = asyncio.selector_events.BaseSelectorEventLoop
    asyncio.unix_events._UnixSelectorEventLoop.add_signal_handler = no_signals
    loop._csock, loop._make_self_pipe, loop._close_self_pipe = None, lambda self: None, lambda self: None


def hide_host():
    bridge = ("js", "pyodide_js", "pyodide", "_pyodide", "_pyodide_core")
    sys.meta_path[:] = [finder for finder in sys.meta_path if "yodide" not in getattr(finder, "__module__", "")]
    for name in list(sys.modules):
        if name.partition(".")[0] in bridge:
            del sys.modules[name]
    for name in bridge:
        sys.modules[name] = None


# A module of the tests' own wins over one of the standard library that Pyodide alone has loaded already.
def forget_shadowed():
    own = {name.removesuffix(".py") for name in os.listdir(ROOT)} - {"unittest"}
    for name, module in list(sys.modules.items()):
        origin = getattr(getattr(module, "__spec__", None), "origin", None)
        if name.partition(".")[0] in own and origin not in (None, "built-in", "frozen"):
            del sys.modules[name]


def discover(root):
    global ROOT, tests
    ROOT, names, alerts = root, [], []
    use_plain_asyncio()
    hide_host()
    os.chdir(ROOT)
    forget_shadowed()
    try:
        tests = Loader().discover(".")
        names = names_in(tests)
    except BaseException as error:
        alerts = [describe(error)]
    return dumps({"found": names, "notRun": not_run, "alerts": alerts + alerts_of_unittest()})


def run():
    outcome = Result()
    # such a test has asserted nothing: it gave back a generator or a coroutine, or what it should have asserted
    warnings.filterwarnings("error", "It is deprecated to return a value", DeprecationWarning)
    try:
        tests.run(outcome)
    except BaseException as error:
        outcome.alerts.append(describe(error))
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BaseException:
            pass
    return dumps({"outcomes": outcome.outcomes, "problems": outcome.problems, "alerts": outcome.alerts})
`
