/**
 * Runs `unittest` in the sandbox as `python3 -m unittest` does in a folder: the same discovery, the same order. What
 * it finds and what comes of it are the return values, in JSON, of two functions that the sandbox's process calls, so
 * that tests have no channel to report by. An outcome once noted stays, and the worst one of a test counts.
 */
export const unittestHarness = `
import asyncio, json, os, selectors, sys, time, traceback, unittest
from unittest import async_case, case, loader, result, suite

MODULES = (case, loader, result, suite, async_case)
WORST_FIRST = ("error", "failure", "skipped", "passed")
DETAIL = 4000
dumps = json.dumps
tests = suite.TestSuite()


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
        self.note(test, self.problem(test, kind, shorten(self._exc_info_to_string(error, test))))

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
        self.note(test, "passed")

    def addUnexpectedSuccess(self, test):
        self.note(test, self.problem(test, "failure", "it was expected to fail, and passed"))


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
        tests = unittest.TestLoader().discover(".")
        names = names_in(tests)
    except BaseException as error:
        alerts = [describe(error)]
    return dumps({"found": names, "alerts": alerts + alerts_of_unittest()})


def run():
    outcome = Result()
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
